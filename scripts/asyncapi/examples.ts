import { type EventName, type EventOf, limits, type RefusalCode, type RefusalDetails } from '../../protocol/index.ts';
import { sample } from '../../protocol/shared-docs.ts';

const { sha256, later, toColumbia, toAll } = sample;

type Fields<N extends EventName> = Omit<EventOf<N>, 'type' | 'event'>;

/** The fields of an example of each event. */
export const eventExamples: { readonly [N in EventName]: Fields<N> } = {
  message: { ...toColumbia, id: 'm-31' },
  broadcast: toAll,
  hidden: { stream: 'room', seq: 482 },
  file: { stream: 'inbox', seq: 13, from: 'Hudson', name: 'menu.pdf', size: 48_213, sha256, sentAt: later },
  'file-received': { stream: 'inbox', seq: 14, by: 'Hudson', name: 'notes.txt', sentAt: later },
  'file-declined': { stream: 'inbox', seq: 14, by: 'Hudson', name: 'notes.txt', sentAt: later },
  'file-failed': { stream: 'inbox', seq: 14, to: 'Hudson', name: 'notes.txt', reason: 'unfinished', sentAt: later },
  login: { user: 'SEAS' },
  logout: { user: 'SEAS', reason: 'lost' },
  presence: { online: 640, came: 12, left: 3 },
  timeout: { seconds: 1800 },
  kicked: { reason: 'Please change your password.' },
  stop: { message: 'The room closes for the night.', retryAfter: 28_800 },
  replaced: {},
  'are-you-there': {},
};

/** Errors that API Gateway sends instead of a reply. */
export const gatewayErrors = [
  'Internal server error',
  'Forbidden',
  'Endpoint request timed out',
  // If `throttling` in cdk.json limits a route.
  'Too Many Requests',
].map((message) => ({ message, connectionId: 'PJqB0fHsqRcCHlw=', requestId: 'PJqCHF6bKjQFhZQ=' }));

/** Example values of the details that a refusal has besides code and message. */
export const details: { readonly [C in RefusalCode]?: RefusalDetails } = {
  'bad-request': { field: 'limit' },
  internal: { requestId: '8f5c1e9a-6f0d-4b53-9b0e-3f4f5b0e7d11' },
  'rate-limited': { retryAfter: 2 },
  'wrong-password': { triesLeft: 2 },
  'login-blocked': { secondsLeft: 60 },
  'already-online': { since: sample.earlier },
  kicked: { reason: 'Please read the rules.' },
  'too-long': { limit: limits.textBytes },
  'invalid-password': { limit: 8 },
  'file-too-large': { limit: 10_485_760 },
};

/** Details that a refusal may leave out. */
export const sometimes: ReadonlySet<keyof RefusalDetails> = new Set(['field', 'triesLeft']);
