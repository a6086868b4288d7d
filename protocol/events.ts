import * as v from 'valibot';
import { field } from './fields.ts';

/** Why a session ended, as the other users see it. */
export const logoutReasons = ['logout', 'timeout', 'lost', 'kicked', 'deregistered'] as const;
export type LogoutReason = (typeof logoutReasons)[number];

/**
 * Why an announced file did not reach its recipient: the upload never completed; the bytes differ from the announcement;
 * the recipient was removed or blocked the sender meanwhile; the recipient did not fetch it in time.
 */
export const fileFailures = ['unfinished', 'damaged', 'no-such-user', 'blocked', 'expired'] as const;
export type FileFailure = (typeof fileFailures)[number];

const event = <N extends string, F extends v.ObjectEntries>(name: N, fields: F) =>
  v.object({ type: v.literal('event'), event: v.literal(name), ...fields });

const inbox = { stream: v.literal('inbox'), seq: field.seq } as const;
const room = { stream: v.literal('room'), seq: field.seq } as const;

/**
 * The events that the room sends without a request. A client ignores unknown fields and unknown events, because the room
 * may be newer.
 */
export const events = {
  message: event('message', {
    ...inbox,
    from: v.string(),
    /**
     * The recipient, in a message that the reader has sent. Only `history` returns such messages. Their `seq` is the number in
     * the recipient's inbox.
     */
    to: v.optional(v.string()),
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
  /** Replaces several `login` and `logout` events in a large room. `online` counts the users online. */
  presence: event('presence', { online: v.number(), came: v.number(), left: v.number() }),
  timeout: event('timeout', { seconds: v.number() }),
  kicked: event('kicked', { reason: v.string() }),
  stop: event('stop', { message: v.string(), retryAfter: v.optional(v.number()) }),
  replaced: event('replaced', {}),
  'are-you-there': event('are-you-there', {}),
} as const;

export type EventName = keyof typeof events;
export type RoomEvent = { [N in EventName]: v.InferOutput<(typeof events)[N]> }[EventName];
export type EventOf<N extends EventName> = Extract<RoomEvent, { event: N }>;

/** The numbered messages of a stream. `sync` and `history` return them, and each is posted when it is committed. */
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

/** Events about other users that are not stored. A client shows those that it gets, and never asks for others. */
export type NoticeEvent = EventOf<'login' | 'logout' | 'presence'>;

/** The other user of a private message or of an event that tells what became of a file. Undefined for what everybody gets. */
export function otherUser(message: StreamMessage): string | undefined {
  switch (message.event) {
    case 'message':
      return message.to ?? message.from;
    case 'file':
      return message.from;
    case 'file-received':
    case 'file-declined':
      return message.by;
    case 'file-failed':
      return message.to;
    default:
      return undefined;
  }
}

/** After one of these the room closes the connection, and the client does too. */
export const lastEvents: ReadonlySet<EventName> = new Set(['timeout', 'kicked', 'stop', 'replaced']);
