import {
  type Action,
  type Arguments,
  type EventName,
  type EventOf,
  limits,
  type RefusalCode,
  type RefusalDetails,
  type Result,
} from '../../protocol/index.ts';

const token = 'an-opaque-text';
const sha256 = 'a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447';
const earlier = '2026-11-23T17:04:05.006Z';
const later = '2026-11-23T17:04:09.120Z';

const toColumbia = { stream: 'inbox', seq: 12, from: 'Hudson', text: 'See you at noon?', sentAt: earlier } as const;
const toAll = { stream: 'room', seq: 481, from: 'Hudson', text: 'Good morning, everyone.', sentAt: later } as const;
const session = { user: 'Columbia', token, timeOut: 1800, unread: { inbox: 1, room: 3 } };

/** One request and its result for each action, as they could follow each other in one afternoon. */
export const calls: { readonly [A in Action]: { readonly request: Arguments<A>; readonly result: Result<A> } } = {
  register: { request: { user: 'Columbia', password: 'roar, lion' }, result: { user: 'Columbia' } },
  login: { request: { user: 'columbia', password: 'roar, lion' }, result: session },
  resume: { request: { user: 'Columbia', token }, result: { ...session, token: 'another-opaque-text' } },
  deregister: { request: { user: 'Columbia', password: 'roar, lion' }, result: {} },
  ping: { request: {}, result: {} },
  whoelse: { request: {}, result: { users: ['Facebook', 'Hudson'], total: 2 } },
  wholasthr: { request: {}, result: { users: ['Facebook', 'Hudson', 'SEAS'], total: 3 } },
  broadcast: { request: { text: 'Lunch, anybody?' }, result: { seq: 482, sentAt: later, online: 3 } },
  message: { request: { to: 'Hudson', text: 'Noon it is.' }, result: { delivery: 'delivered', seq: 7, sentAt: later } },
  block: { request: { user: 'Facebook' }, result: {} },
  unblock: { request: { user: 'Facebook' }, result: {} },
  blocklist: { request: {}, result: { users: ['Facebook'] } },
  file: {
    request: { to: 'Hudson', name: 'notes.txt', size: 1_204, sha256 },
    result: {
      url: 'https://room.s3.example.com/files/m2ab/notes/4fT0?X-Amz-Signature=1c3f',
      method: 'PUT',
      headers: {
        'content-length': '1204',
        'if-none-match': '*',
        'x-amz-checksum-sha256': 'qUiQTy8PR5uPgZdpSzAYSw0u0c0qHqD7hdKZoZKkR0c=',
      },
      expiresAt: '2026-11-23T17:09:09.120Z',
    },
  },
  fileget: {
    request: { from: 'Hudson', name: 'menu.pdf' },
    result: {
      url: 'https://room.s3.example.com/files/m2ab/menu/9aKq?X-Amz-Signature=77e0',
      size: 48_213,
      sha256,
      expiresAt: '2026-11-23T17:09:09.120Z',
    },
  },
  filedone: { request: { from: 'Hudson', name: 'menu.pdf' }, result: {} },
  filedecline: { request: { from: 'Hudson', name: 'menu.pdf' }, result: {} },
  sync: {
    request: { inbox: 11, room: 480, limit: 50 },
    result: {
      messages: [
        { type: 'event', event: 'message', ...toColumbia },
        { type: 'event', event: 'broadcast', ...toAll },
      ],
      upTo: { inbox: 12, room: 481 },
      more: false,
    },
  },
  ack: { request: { inbox: 12, room: 481 }, result: {} },
  history: {
    request: { stream: 'room', before: 483, limit: 2 },
    result: {
      messages: [
        { type: 'event', event: 'broadcast', ...toAll },
        { type: 'event', event: 'hidden', stream: 'room', seq: 482 },
      ],
      more: true,
    },
  },
  passwd: { request: { oldPassword: 'roar, lion', newPassword: 'roar, lion, roar' }, result: {} },
  logout: { request: { inbox: 12, room: 483 }, result: {} },
};

type Fields<N extends EventName> = Omit<EventOf<N>, 'type' | 'event'>;

/** The fields of one event of each kind. */
export const happenings: { readonly [N in EventName]: Fields<N> } = {
  message: { ...toColumbia, id: 'm-31' },
  broadcast: toAll,
  hidden: { stream: 'room', seq: 482 },
  file: { stream: 'inbox', seq: 13, from: 'Hudson', name: 'menu.pdf', size: 48_213, sha256, sentAt: later },
  'file-received': { stream: 'inbox', seq: 14, by: 'Hudson', name: 'notes.txt', sentAt: later },
  'file-declined': { stream: 'inbox', seq: 14, by: 'Hudson', name: 'notes.txt', sentAt: later },
  'file-failed': { stream: 'inbox', seq: 14, to: 'Hudson', name: 'notes.txt', reason: 'unfinished', sentAt: later },
  login: { user: 'SEAS' },
  logout: { user: 'SEAS', reason: 'lost' },
  timeout: { seconds: 1800 },
  kicked: { reason: 'Please change your password.' },
  stop: { message: 'The room closes for the night.', retryAfter: 28_800 },
  replaced: {},
};

/** What API Gateway itself may say in place of a reply. */
export const gatewayErrors = [
  'Internal server error',
  'Forbidden',
  'Endpoint request timed out',
  // Of whatever `throttling` in cdk.json holds back.
  'Too Many Requests',
].map((message) => ({ message, connectionId: 'PJqB0fHsqRcCHlw=', requestId: 'PJqCHF6bKjQFhZQ=' }));

/** What refusals of a code carry beside the sentence: an example's values. */
export const details: { readonly [C in RefusalCode]?: RefusalDetails } = {
  'bad-request': { field: 'limit' },
  internal: { requestId: '8f5c1e9a-6f0d-4b53-9b0e-3f4f5b0e7d11' },
  'rate-limited': { retryAfter: 2 },
  'wrong-password': { triesLeft: 2 },
  'login-blocked': { secondsLeft: 60 },
  'too-long': { limit: limits.textBytes },
  'invalid-password': { limit: 8 },
  'file-too-large': { limit: 10_485_760 },
};

/** Details that a refusal carries only where there is something to say. */
export const sometimes: ReadonlySet<keyof RefusalDetails> = new Set(['field', 'triesLeft']);
