import fc from 'fast-check';
import * as v from 'valibot';
import { field } from '../fields.ts';
import {
  type Action,
  type Arguments,
  actions,
  type Command,
  commands,
  type EventName,
  type EventOf,
  events,
  type RefusalDetails,
  type Result,
  refusalDetails as refusalDetailEntries,
} from '../index.ts';
import { arbitraryOf } from './arbitrary-of.ts';

/** A request id, or undefined. */
export const maybeId = fc.option(arbitraryOf(field.requestId), { nil: undefined });

/** An event of this name. */
export const eventOf = <N extends EventName>(event: N): fc.Arbitrary<EventOf<N>> =>
  // The compiler cannot derive the event's type from a name that is known only at run time.
  arbitraryOf(events[event] as v.GenericSchema) as fc.Arbitrary<EventOf<N>>;

interface Call<A extends Action> {
  readonly request: fc.Arbitrary<Arguments<A>>;
  readonly result: fc.Arbitrary<Result<A>>;
}

/** All requests and results of a command. */
export function callOf<A extends Action>(action: A): Call<A> {
  const { request, result }: Command = commands[action];
  // As above: arguments and result belong to the action.
  return {
    request: arbitraryOf(v.object(request)) as fc.Arbitrary<Arguments<A>>,
    result: arbitraryOf(v.object(result)) as fc.Arbitrary<Result<A>>,
  };
}

/** The details of a refusal. */
export const refusalDetails: fc.Arbitrary<RefusalDetails> = arbitraryOf(v.object(refusalDetailEntries));

/** All keys are optional. */
const optional = { requiredKeys: [] as [] };

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

/**
 * The entries of an object as JSON text, so that special keys such as `__proto__` survive and a key may occur twice.
 */
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

/** Any frame that a client might send: mostly nonsense, sometimes nearly valid, sometimes valid. */
export const anyFrame: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: looksLikeRequest },
  { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: huge },
);

/** Any frame that a room, or a server that is not a room, might send. */
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
