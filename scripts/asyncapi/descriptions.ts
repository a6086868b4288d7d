import { type EventName, limits } from '../../protocol/index.ts';

/** When a client gets an event. */
export const eventSummaries: { readonly [N in EventName]: string } = {
  message: 'A message to you',
  broadcast: 'A message to everyone',
  hidden: 'A broadcast by a user you blocked: a sequence number without content',
  file: 'A user sent you a file',
  'file-received': 'The recipient has downloaded the file you sent',
  'file-declined': 'The recipient has declined the file you sent',
  'file-failed': 'A file you announced was not uploaded, or was not downloaded in time',
  login: 'Another user logged in',
  logout: 'Another user left',
  presence: 'In a large room, instead of several `login` and `logout` events: how many users came, left and are online',
  timeout: 'Your session ended because you were inactive',
  kicked: 'The administrator ended your session',
  stop: 'The room stops',
  replaced: 'Your session continues over another connection',
  'are-you-there': 'The room asks whether this connection is alive: answer `here` at once',
};

/**
 * What a field means, by its name. A name after the frame (`reply.id`) or after the message (`logoutEvent.reason`) wins over the name
 * alone. Fields of commands are described in `protocol/commands`; constants need no description.
 */
export const fieldDescriptions: Readonly<Record<string, string>> = {
  'presenceEvent.online': 'How many users are online now',
  'presenceEvent.came': 'How many users have logged in since the last event of this kind',
  'presenceEvent.left': 'How many sessions have ended since the last event of this kind',
  'request.id':
    `Any text of at most ${limits.requestIdLength} characters; the reply repeats it. Use each id once, so that replies can be ` +
    'matched with their requests.',
  'request.again':
    'The request was sent before under this `id`, and the connection was lost before the reply. Leave it out otherwise: it delays ' +
    'the reply by a second.',
  'reply.id': "The request's `id`, if it had one.",
  'unroutableRefusal.action': 'The beginning of the `action` in the frame; `null` if that was not a text.',
  'event.id': "The `id` of the sender's request, if it had one: by it the sender's own client recognizes the message.",
  user: 'User name, in the spelling it was registered in.',
  from: 'User name of the sender.',
  by: 'User name of the recipient who downloaded or declined the file.',
  to: 'User name of the recipient.',
  text: 'The text as it was sent. Escape it before you display it.',
  seq: "The message's sequence number in its stream.",
  sentAt: 'When the room accepted the message: ISO 8601, UTC.',
  name: 'Name of the file.',
  size: 'Bytes.',
  sha256: 'SHA-256 of the content, in hexadecimal.',
  reason: 'The reason, as text for the user.',
  'logoutEvent.reason':
    '`logout`: on purpose. `timeout`: inactive. `lost`: the connection was lost and not resumed. `kicked`: by the administrator. ' +
    '`deregistered`: the account was deleted.',
  'fileFailedEvent.reason':
    '`unfinished`: the upload was not completed. `damaged`: the bytes are not the announced ones. `no-such-user`: the recipient has ' +
    'deregistered. `blocked`: the recipient has blocked you. `expired`: the recipient did not download it in time.',
  seconds: 'How long you were inactive.',
  message: 'A sentence for the user.',
  retryAfter: 'Seconds after which to try again.',
  'error.field': 'The field that is wrong, if it is a single one.',
  'error.requestId': "The room's own id of the failed request: its operator finds the cause in the log by it.",
  'error.triesLeft': 'How many more wrong passwords until the name is blocked from this address, if that is known.',
  'error.secondsLeft': 'Seconds until the block ends.',
  'error.since': 'When the session that is in the way began: ISO 8601, UTC.',
  'error.reason': 'Why the administrator has ended the session.',
  'error.limit': 'The limit: the maximum in bytes, or for a password the minimum in characters.',
  connectionId: "API Gateway's id of the connection.",
  requestId: "API Gateway's id of the request; not the `id` in the client's frame.",
};
