import fc from 'fast-check';
import {
  type Action,
  type Arguments,
  actions,
  type EventName,
  type EventOf,
  fileFailures,
  limits,
  logoutReasons,
  type RefusalDetails,
  type Result,
} from '../index.ts';

/** Any text that can travel: well-formed, of every plane of Unicode. */
const text = (minLength: number, maxLength: number) =>
  fc.string({ unit: 'grapheme', minLength, maxLength }).filter((one) => [...one].length <= maxLength);

const name = text(1, 256);
const word = text(0, limits.passwordBytes / 4).filter((one) => Buffer.byteLength(one) <= limits.passwordBytes);
const seq = fc.integer({ min: 0, max: 2 ** 48 });
const count = fc.nat();
const limit = fc.integer({ min: 1, max: limits.pageSize });
const time = fc
  .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((at) => at.toISOString());
const newToken = fc.stringMatching(/^[A-Za-z0-9_-]{22,128}$/);
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const optional = { requiredKeys: [] as [] };

export const requestId = text(0, limits.requestIdLength);

/** A request id, or none. */
export const maybeId = fc.option(requestId, { nil: undefined });

type Fields<N extends EventName> = Omit<EventOf<N>, 'type' | 'event'>;

const inbox = { stream: fc.constant('inbox' as const), seq };
const room = { stream: fc.constant('room' as const), seq };
const spoken = { from: name, text: text(1, 100), sentAt: time };
const withId = <T extends object>(fields: fc.Arbitrary<T>) =>
  fc.oneof(
    fields,
    fc.tuple(fields, requestId).map(([rest, id]) => ({ ...rest, id })),
  );

/** What the room may say unasked, each event's own fields. */
export const eventFields: { readonly [N in EventName]: fc.Arbitrary<Fields<N>> } = {
  message: withId(fc.record({ ...inbox, ...spoken })),
  broadcast: withId(fc.record({ ...room, ...spoken })),
  hidden: fc.record(room),
  file: fc.record({ ...inbox, from: name, name, size: seq, sha256, sentAt: time }),
  'file-received': fc.record({ ...inbox, by: name, name, sentAt: time }),
  'file-declined': fc.record({ ...inbox, by: name, name, sentAt: time }),
  'file-failed': fc.record({
    ...inbox,
    to: name,
    name,
    reason: fc.constantFrom(...fileFailures),
    sentAt: time,
  }),
  login: fc.record({ user: name }),
  logout: fc.record({ user: name, reason: fc.constantFrom(...logoutReasons) }),
  timeout: fc.record({ seconds: count }),
  kicked: fc.record({ reason: fc.string() }),
  stop: fc.record({ message: fc.string(), retryAfter: count }, { requiredKeys: ['message'] }),
  replaced: fc.record({}),
};

/** An event of this name, complete. */
export const eventOf = <N extends EventName>(event: N): fc.Arbitrary<EventOf<N>> =>
  // That name and fields belong together, the compiler cannot see for a name it does not know.
  eventFields[event].map((fields) => ({ type: 'event', event, ...fields }) as unknown as EventOf<N>);

const messages = fc.array(
  fc.oneof(
    eventOf('message'),
    eventOf('broadcast'),
    eventOf('hidden'),
    eventOf('file'),
    eventOf('file-received'),
    eventOf('file-failed'),
  ),
  { maxLength: 5 },
);
const positions = fc.record({ inbox: seq, room: seq });
const session = fc.record({
  user: name,
  token: requestId,
  timeOut: count,
  unread: fc.record({ inbox: count, room: count }),
});
const waitingFile = fc.record({ from: name, name, size: seq, sha256, sentAt: time });
const users = fc.array(name, { maxLength: 5 });
const nothing = fc.record({});

interface Call<A extends Action> {
  readonly request: fc.Arbitrary<Arguments<A>>;
  readonly result: fc.Arbitrary<Result<A>>;
}

/** Everything an action may be asked with, and answer. */
export const calls: { readonly [A in Action]: Call<A> } = {
  register: { request: fc.record({ user: text(0, 40), password: word }), result: fc.record({ user: name }) },
  login: {
    request: fc.record({ user: name, password: word, newToken }, { requiredKeys: ['user', 'password'] }),
    result: session,
  },
  resume: {
    request: fc.record(
      { user: name, token: text(0, limits.tokenLength), newToken },
      { requiredKeys: ['user', 'token'] },
    ),
    result: session,
  },
  deregister: { request: fc.record({ user: name, password: word }), result: nothing },
  ping: { request: nothing, result: nothing },
  whoelse: { request: nothing, result: fc.record({ users, total: count }) },
  wholasthr: { request: nothing, result: fc.record({ users, total: count }) },
  broadcast: { request: fc.record({ text: text(1, 500) }), result: fc.record({ seq, sentAt: time, online: count }) },
  message: {
    request: fc.record({ to: name, text: text(1, 500) }),
    result: fc.record({ delivery: fc.constantFrom('delivered', 'stored'), seq, sentAt: time }),
  },
  block: { request: fc.record({ user: name }), result: nothing },
  unblock: { request: fc.record({ user: name }), result: nothing },
  blocklist: { request: nothing, result: fc.record({ users }) },
  file: {
    request: fc.record({ to: name, name: text(0, 300), size: seq, sha256 }),
    result: fc.record({
      url: fc.webUrl(),
      method: fc.constant('PUT'),
      headers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]*$/), fc.string()),
      expiresAt: time,
    }),
  },
  fileget: {
    request: fc.record({ from: name, name }, optional),
    result: fc.oneof(
      fc.record({ files: fc.array(waitingFile, { maxLength: 5 }), more: fc.boolean() }),
      fc.record({ url: fc.webUrl(), size: seq, sha256, expiresAt: time }),
    ),
  },
  filedone: { request: fc.record({ from: name, name }), result: nothing },
  filedecline: { request: fc.record({ from: name, name }), result: nothing },
  sync: {
    request: fc.record({ inbox: seq, room: seq, limit }, optional),
    result: fc.record({ messages, upTo: positions, more: fc.boolean() }),
  },
  ack: { request: fc.record({ inbox: seq, room: seq }, optional), result: nothing },
  history: {
    request: fc.record({ stream: fc.constantFrom('inbox', 'room'), before: seq, limit }, { requiredKeys: ['stream'] }),
    result: fc.record({ messages, more: fc.boolean() }),
  },
  passwd: { request: fc.record({ oldPassword: word, newPassword: word }), result: nothing },
  logout: { request: fc.record({ inbox: seq, room: seq }, optional), result: nothing },
};

/** What may travel beside a refusal's code. */
export const refusalDetails: fc.Arbitrary<RefusalDetails> = fc.record(
  { field: fc.string(), requestId: fc.string(), retryAfter: count, triesLeft: count, secondsLeft: count, limit: count },
  optional,
);

const someAction = fc.constantFrom<string>(...actions, 'constructor', '__proto__', 'toString', '$connect', 'Login', '');
const fieldNames = ['id', 'user', 'password', 'token', 'to', 'text', 'inbox', 'room', 'limit', 'stream', 'before'];
const oddNames = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'type', '', '\ud800', 'a.b'];
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '\udc00x', '😀'.repeat(33), 'x'.repeat(300)),
);
const anything = fc.oneof(
  anyText,
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, -0, 2 ** 60),
  fc.jsonValue({ maxDepth: 3 }),
);

/** An object as JSON text, entry by entry: no key is lost to what it means to JavaScript, and a key may come twice. */
const objectText = (key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
  fc
    .array(fc.tuple(key, value), { maxLength: 6 })
    .map((entries) => entries.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one ?? null)}`));

const looksLikeRequest = fc
  .tuple(
    fc.oneof(someAction, anything),
    objectText(fc.oneof(fc.constantFrom(...fieldNames, ...oddNames), fc.string()), anything),
  )
  .map(([action, fields]) => `{${[`"action":${JSON.stringify(action)}`, ...fields].join(',')}}`);

const nested = fc
  .tuple(fc.constantFrom(['[', ']'], ['{"a":', '}'], ['{"__proto__":', '}']), fc.integer({ min: 1, max: 5000 }))
  .map(([[open = '', close = ''], depth]) => `{"action":"message","to":${open.repeat(depth)}1${close.repeat(depth)}}`);

const huge = fc
  .tuple(
    fc.constantFrom('text', 'id', 'to', 'action', 'x'),
    fc.constantFrom('x', '😀', '\ud83d', '"'),
    fc.integer({ min: 1, max: 3000 }),
  )
  .map(([field, unit, times]) => JSON.stringify({ action: 'broadcast', [field]: unit.repeat(times) }));

/** Whatever somebody might send: mostly nonsense, some of it close to sense, some of it sense. */
export const anyFrame: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: looksLikeRequest },
  { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: huge },
);

/** Whatever a room, or something that says it is one, might send. */
export const anyRoomFrame: fc.Arbitrary<string> = fc.oneof(
  anyFrame,
  fc
    .tuple(
      fc.constantFrom('"type":"reply"', '"type":"event"', '"type":"pong"', '"type":1', '"message":"Forbidden"'),
      objectText(
        fc.constantFrom(
          'event',
          'action',
          'id',
          'ok',
          'error',
          'message',
          'seq',
          'connectionId',
          'requestId',
          ...oddNames,
        ),
        fc.oneof(
          anything,
          fc.constantFrom('constructor', '__proto__', 'replaced', 'login', 'reply'),
          fc.record({ code: anything, message: anything, triesLeft: anything, __proto__: anything }, optional),
        ),
      ),
    )
    .map(([type, fields]) => `{${[type, ...fields].join(',')}}`),
);
