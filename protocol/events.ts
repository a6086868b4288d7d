import * as v from 'valibot';
import { field } from './fields.ts';

/** Why a session ended, as everyone else is told. */
export const logoutReasons = ['logout', 'timeout', 'lost', 'kicked', 'deregistered'] as const;
export type LogoutReason = (typeof logoutReasons)[number];

/**
 * Why a file that was announced did not reach anybody, as its sender is told: never uploaded whole; uploaded, but not what was
 * announced; refused, because the recipient had gone or had blocked the sender meanwhile; or not fetched for too long.
 */
export const fileFailures = ['unfinished', 'damaged', 'no-such-user', 'blocked', 'expired'] as const;
export type FileFailure = (typeof fileFailures)[number];

const event = <N extends string, F extends v.ObjectEntries>(name: N, fields: F) =>
  v.object({ type: v.literal('event'), event: v.literal(name), ...fields });

const inbox = { stream: v.literal('inbox'), seq: field.seq } as const;
const room = { stream: v.literal('room'), seq: field.seq } as const;

/**
 * What the room says unasked. A client takes fields it does not know for a newer room's, and ignores them; an
 * event it does not know it ignores whole.
 */
export const events = {
  message: event('message', {
    ...inbox,
    from: v.string(),
    text: v.string(),
    sentAt: field.time,
    id: v.optional(v.string()),
  }),
  broadcast: event('broadcast', {
    ...room,
    from: v.string(),
    text: v.string(),
    sentAt: field.time,
    id: v.optional(v.string()),
  }),
  hidden: event('hidden', room),
  file: event('file', {
    ...inbox,
    from: v.string(),
    name: v.string(),
    size: field.fileSize,
    sha256: field.sha256,
    sentAt: field.time,
  }),
  'file-received': event('file-received', { ...inbox, by: v.string(), name: v.string(), sentAt: field.time }),
  'file-declined': event('file-declined', { ...inbox, by: v.string(), name: v.string(), sentAt: field.time }),
  'file-failed': event('file-failed', {
    ...inbox,
    to: v.string(),
    name: v.string(),
    reason: v.picklist(fileFailures),
    sentAt: field.time,
  }),
  login: event('login', { user: v.string() }),
  logout: event('logout', { user: v.string(), reason: v.picklist(logoutReasons) }),
  /** In a large room, in the place of several `login` and `logout` events. `online` counts the users online. */
  presence: event('presence', { online: v.number(), came: v.number(), left: v.number() }),
  timeout: event('timeout', { seconds: v.number() }),
  kicked: event('kicked', { reason: v.string() }),
  stop: event('stop', { message: v.string(), retryAfter: v.optional(v.number()) }),
  replaced: event('replaced', {}),
} as const;

export type EventName = keyof typeof events;
export type RoomEvent = { [N in EventName]: v.InferOutput<(typeof events)[N]> }[EventName];
export type EventOf<N extends EventName> = Extract<RoomEvent, { event: N }>;

/** The numbered messages of a stream: what `sync` and `history` give, and what is posted as it is committed. */
export const streamEvents = [
  'message',
  'broadcast',
  'hidden',
  'file',
  'file-received',
  'file-declined',
  'file-failed',
] as const;
export type StreamMessage = EventOf<(typeof streamEvents)[number]>;
export const streamMessage = v.variant('event', [
  events.message,
  events.broadcast,
  events.hidden,
  events.file,
  events['file-received'],
  events['file-declined'],
  events['file-failed'],
]);

/** After one of these the room closes the connection, and the client does too. */
export const lastEvents: ReadonlySet<EventName> = new Set(['timeout', 'kicked', 'stop', 'replaced']);
