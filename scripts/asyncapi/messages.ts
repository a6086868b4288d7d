import * as v from 'valibot';
import { commandDocs } from '../../protocol/commands/index.docs.ts';
import {
  type Action,
  actions,
  type Command,
  commands,
  type Docs,
  type EventName,
  eventFrame,
  events,
  type RefusalCode,
  type RoomEvent,
  refusalDetails,
  refusalFrame,
  refusals,
  requestSchema,
  streamEvents,
} from '../../protocol/index.ts';
import { eventSummaries } from './descriptions.ts';
import { details, eventExamples, gatewayErrors, sometimes } from './examples.ts';
import { describedSchema, type JsonSchema, schemaRef } from './schemas.ts';

/** A message of the document: one kind of frame. */
export interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags?: readonly { readonly name: string }[];
  readonly correlationId?: { readonly $ref: string };
  readonly payload: JsonSchema;
  readonly examples: readonly { readonly name: string; readonly payload: unknown }[];
}

export const eventNames = Object.keys(events) as EventName[];
const isStreamEvent = (name: EventName): boolean => streamEvents.some((one) => one === name);

/** `file-received` as part of an identifier. */
const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

export const eventMessageName = (name: EventName) => `${camel(name)}Event`;
const refusalSchemaName = (code: RefusalCode) => `${camel(code)}Refusal`;

const correlationId = { $ref: '#/components/correlationIds/requestId' };
const exampleId = 'm-32';

/** Every refusal that may answer an action: its own, and the common ones. */
function refusalsOf(action: Action): RefusalCode[] {
  const { who, refusals: own }: Command = commands[action];
  const byWho: RefusalCode[] = who === 'guest' ? ['already-logged-in', 'not-logged-in'] : ['not-logged-in'];
  return [...new Set([...own, ...byWho, 'bad-request', 'internal', 'rate-limited'] as const)];
}

/** One refusal code: the `error` of a refusal. */
function refusalSchema(code: RefusalCode): JsonSchema {
  const carried = Object.keys(details[code] ?? {}) as (keyof typeof refusalDetails)[];
  const entries = Object.fromEntries(
    carried.map((name) => [name, sometimes.has(name) ? refusalDetails[name] : refusalDetails[name].wrapped]),
  );
  const schema = v.object({ code: v.literal(code), message: v.string(), ...entries });
  const example = { code, message: refusals[code], ...details[code] };
  return { title: code, description: refusals[code], ...describedSchema(schema, ['error']), examples: [example] };
}

function refusalMessage(subject: string, action: Action | null, codes: readonly RefusalCode[]): Message {
  const [first = 'bad-request'] = codes;
  const envelope = describedSchema(
    v.object({
      type: v.literal('reply'),
      action: action === null ? v.nullable(v.string()) : v.literal(action),
      id: v.optional(v.string()),
      ok: v.literal(false),
    }),
    [`${subject}Refusal`, 'reply'],
  );
  return {
    name: `${subject}Refusal`,
    title: `${subject}: refused`,
    summary: `Why the room does not do it: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
    correlationId,
    payload: {
      ...envelope,
      properties: { ...envelope.properties, error: { oneOf: codes.map((code) => schemaRef(refusalSchemaName(code))) } },
      required: [...(envelope.required ?? []), 'error'],
    },
    examples: [
      {
        name: first,
        payload: JSON.parse(refusalFrame(action ?? 'dance', exampleId, first, undefined, details[first])),
      },
    ],
  };
}

function requestMessage(action: Action): Message {
  const entry: Command = commands[action];
  const { example }: ReturnType<Docs<Command>> = commandDocs[action]();
  return {
    name: `${action}Request`,
    title: action,
    summary: entry.summary,
    ...(entry.reply !== 'mock' && { correlationId }),
    payload: describedSchema(requestSchema(action), [`${action}Request`, 'request'], commandDocs[action]().request),
    examples: [{ name: action, payload: { action, id: exampleId, ...example.request } }],
  };
}

function replyMessage(action: Action): Message {
  const { result, nested = {}, example }: ReturnType<Docs<Command>> = commandDocs[action]();
  const schema = v.object({
    type: v.literal('reply'),
    action: v.literal(action),
    id: v.optional(v.string()),
    ok: v.literal(true),
    ...(commands[action] as Command).result,
  });
  return {
    name: `${action}Reply`,
    title: `${action}: done`,
    summary: `${commands[action].summary}: done.`,
    correlationId,
    payload: describedSchema(schema, [`${action}Reply`, 'reply'], { ...result, ...nested }),
    examples: [{ name: action, payload: { type: 'reply', action, id: exampleId, ok: true, ...example.result } }],
  };
}

function eventMessage(name: EventName): Message {
  // The type of the examples ties a name to its fields. A loop over the names loses that.
  const event = { type: 'event', event: name, ...eventExamples[name] } as RoomEvent;
  return {
    name: eventMessageName(name),
    title: name,
    summary: `${eventSummaries[name]}.`,
    tags: [{ name: isStreamEvent(name) ? 'kept' : 'passing' }],
    payload: isStreamEvent(name) ? schemaRef(eventMessageName(name)) : eventSchema(name),
    examples: [{ name, payload: JSON.parse(eventFrame(event)) }],
  };
}

const eventSchema = (name: EventName) => describedSchema(events[name], [eventMessageName(name), 'event']);

const pong: Message = {
  name: 'pong',
  title: 'pong',
  summary: 'The answer to `ping`: the connection is alive.',
  payload: describedSchema(v.object({ type: v.literal('pong') }), []),
  examples: [{ name: 'pong', payload: { type: 'pong' } }],
};

const gatewayError: Message = {
  name: 'gatewayError',
  title: "API Gateway's own error",
  summary: 'Some request failed before or after the room saw it; which one, it does not say.',
  payload: describedSchema(v.object({ message: v.string(), connectionId: v.string(), requestId: v.string() }), []),
  examples: gatewayErrors.map((payload) => ({ name: payload.message, payload })),
};

/** The answers to an action, by message name. */
export function answersTo(action: Action): string[] {
  const { reply }: Command = commands[action];
  if (reply === 'mock') return ['pong', 'gatewayError'];
  return [...(reply === 'none' ? [] : [`${action}Reply`]), `${action}Refusal`, 'gatewayError'];
}

/** Every kind of frame. */
export function messages(): Message[] {
  return [
    ...actions.flatMap((action) => {
      const { reply }: Command = commands[action];
      return [
        requestMessage(action),
        ...(reply === 'mock' || reply === 'none' ? [] : [replyMessage(action)]),
        ...(reply === 'mock' ? [] : [refusalMessage(action, action, refusalsOf(action))]),
      ];
    }),
    pong,
    ...eventNames.map(eventMessage),
    refusalMessage('unroutable', null, ['unknown-action', 'bad-request', 'internal', 'rate-limited']),
    gatewayError,
  ];
}

/** The schemas that several messages share. */
export function schemas(): Record<string, JsonSchema> {
  const codes = Object.keys(refusals) as RefusalCode[];
  return {
    streamMessage: {
      title: 'A numbered message of a stream',
      oneOf: streamEvents.map((name) => schemaRef(eventMessageName(name))),
    },
    ...Object.fromEntries(streamEvents.map((name) => [eventMessageName(name), eventSchema(name)])),
    ...Object.fromEntries(codes.map((code) => [refusalSchemaName(code), refusalSchema(code)])),
  };
}

/** The text on repeating a request after a lost connection. */
function repeatNote(action: Action): string {
  const { who, repeat }: Command = commands[action];
  if (typeof repeat === 'object')
    return `After a lost connection it may be sent again: \`${repeat.doneIf}\` then means that it was carried out.`;
  if (repeat === 'marked') return 'After a lost connection it may be sent again, with the same `id` and `again: true`.';
  return repeat === 'never' && who === 'member' ? 'A client does not repeat it automatically after a lost reply.' : '';
}

/** The description of an action. */
export function actionDescription(action: Action): string {
  const { who, activity }: Command = commands[action];
  const when = {
    anyone: 'Before and after login.',
    guest: 'Before login.',
    member: 'After login; before it, `not-logged-in`.',
  }[who];
  const counts = who === 'member' && !activity && action !== 'logout' ? 'Does not count as activity.' : '';
  return [when, counts, commandDocs[action]().description ?? '', repeatNote(action)]
    .filter((part) => part !== '')
    .join(' ');
}
