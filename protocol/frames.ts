import * as v from 'valibot';
import { type Action, type Arguments, isAction, type Result } from './actions.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { events, type RoomEvent } from './events.ts';
import { field } from './fields.ts';
import { type RefusalCode, type RefusalDetails, refusalDetails, refusals } from './refusals.ts';
import { wrongWith } from './wrong-with.ts';

export interface Request<A extends Action = Action> {
  action: A;
  id: string | undefined;
  /** Whether the client sent the same request (same id) before, over a lost connection. */
  again: boolean;
  arguments: Arguments<A>;
}

/** The error in a frame, with the fields that the answer needs. */
export interface BadFrame {
  code: 'bad-request' | 'unknown-action';
  message: string;
  field?: string;
  action: string | null;
  id: string | undefined;
}

export type Reply<A extends Action = Action> = { type: 'reply'; action: A; id?: string; ok: true } & Result<A>;

export interface RefusalReply {
  type: 'reply';
  action: string | null;
  id?: string;
  ok: false;
  error: { code: RefusalCode; message: string } & RefusalDetails;
}

const schemas = new Map<Action, v.GenericSchema>();

/** The schema of an action's request: envelope and arguments. It refuses other fields. */
export function requestSchema(action: Action): v.GenericSchema {
  let schema = schemas.get(action);
  if (!schema) {
    const entry: Command = commands[action];
    const repeat: v.ObjectEntries = entry.repeat === 'marked' ? { again: v.optional(v.literal(true)) } : {};
    schema = v.strictObject({
      action: v.literal(action),
      id: v.optional(field.requestId),
      ...repeat,
      ...entry.request,
    });
    schemas.set(action, schema);
  }
  return schema;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Parses a client's frame. Returns the request, or the error for the client. Never throws. Unknown and missing fields
 * are errors, so a misspelt option is not silently ignored.
 */
export function parseRequest(
  frame: string,
): { ok: true; request: { [A in Action]: Request<A> }[Action] } | { ok: false; bad: BadFrame } {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return bad('bad-request', 'A frame is one JSON object.', null, undefined);
  }
  if (!isObject(value)) return bad('bad-request', 'A frame is one JSON object.', null, undefined);
  const id = v.is(field.requestId, value['id']) ? value['id'] : undefined;
  const action = value['action'];
  if (typeof action !== 'string') return bad('bad-request', 'action: a text is expected.', null, id, 'action');
  if (!isAction(action)) return bad('unknown-action', refusals['unknown-action'], excerpt(action, 64), id);
  const parsed = v.safeParse(requestSchema(action), value, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const name = excerpt(v.getDotPath(issue) ?? '', 64);
    return bad('bad-request', name ? `${name}: ${wrongWith(issue)}` : wrongWith(issue), action, id, name || undefined);
  }
  const { action: _action, id: _id, again, ...args } = value;
  return {
    ok: true,
    request: { action, id, again: again === true, arguments: args } as { [A in Action]: Request<A> }[Action],
  };
}

/**
 * The beginning of a client's text, for an error message. The result is well-formed, even if the text was not or the
 * cut split a character.
 */
const excerpt = (text: string, length: number) => text.slice(0, length).replace(/\p{Surrogate}/gu, '\u{fffd}');

function bad(
  code: BadFrame['code'],
  message: string,
  action: string | null,
  id: string | undefined,
  fieldName?: string,
): { ok: false; bad: BadFrame } {
  return {
    ok: false,
    bad: { code, message, action, id, ...(fieldName !== undefined && { field: fieldName }) },
  };
}

const replyTo = (action: string | null, id: string | undefined) => ({
  type: 'reply' as const,
  action,
  ...(id !== undefined && { id }),
});

/** The frame of a reply. */
export function replyFrame<A extends Action>(action: A, id: string | undefined, result: Result<A>): string {
  return JSON.stringify({ ...replyTo(action, id), ok: true, ...result });
}

/** The frame of a refusal. */
export function refusalFrame(
  action: string | null,
  id: string | undefined,
  code: RefusalCode,
  message: string = refusals[code],
  details: RefusalDetails = {},
): string {
  return JSON.stringify({ ...replyTo(action, id), ok: false, error: { code, message, ...details } });
}

/** The frame of an event. */
export function eventFrame(event: RoomEvent): string {
  return JSON.stringify(event);
}

const refusalReply = v.object({
  type: v.literal('reply'),
  action: v.nullable(v.string()),
  id: v.optional(v.string()),
  ok: v.literal(false),
  error: v.object({ code: v.string(), message: v.string(), ...refusalDetails }),
});

const successReply = v.looseObject({
  type: v.literal('reply'),
  action: v.string(),
  id: v.optional(v.string()),
  ok: v.literal(true),
});

const gatewayError = v.object({ message: v.string(), connectionId: v.string(), requestId: v.string() });

/** A frame from the room, as a client sees it. */
export type RoomFrame =
  | { kind: 'reply'; action: string; id: string | undefined; result: Record<string, unknown> }
  | {
      kind: 'refusal';
      action: string | null;
      id: string | undefined;
      error: { code: string; message: string } & RefusalDetails;
    }
  | { kind: 'event'; event: RoomEvent }
  | { kind: 'pong' }
  | { kind: 'gateway-error'; message: string; requestId: string }
  | { kind: 'unknown' };

/** Parses a frame from the room. Never throws. A frame of a newer version is `unknown`; clients ignore it. */
export function parseRoomFrame(frame: string): RoomFrame {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return { kind: 'unknown' };
  }
  if (!isObject(value)) return { kind: 'unknown' };
  if (value['type'] === 'pong') return { kind: 'pong' };
  if (value['type'] === 'event' && typeof value['event'] === 'string' && Object.hasOwn(events, value['event'])) {
    const parsed = v.safeParse(events[value['event'] as keyof typeof events] as v.GenericSchema<RoomEvent>, value);
    return parsed.success ? { kind: 'event', event: parsed.output } : { kind: 'unknown' };
  }
  if (v.is(successReply, value)) {
    const { type: _type, action, id, ok: _ok, ...result } = value;
    return { kind: 'reply', action, id, result };
  }
  const refusal = v.safeParse(refusalReply, value);
  if (refusal.success) {
    const { action, id, error } = refusal.output;
    return { kind: 'refusal', action, id, error };
  }
  if (v.is(gatewayError, value)) return { kind: 'gateway-error', message: value.message, requestId: value.requestId };
  return { kind: 'unknown' };
}

/** Parses the result of a reply to a given action. A client calls it before it uses the result. */
export function parseResult<A extends Action>(action: A, result: Record<string, unknown>): Result<A> | undefined {
  const parsed = v.safeParse(v.object(commands[action].result as v.ObjectEntries), result);
  return parsed.success ? (parsed.output as Result<A>) : undefined;
}
