import { type Action, type EventName, limits } from '../../protocol/index.ts';

/** What an action does beyond its summary, where a client's author has to know more. */
export const actionNotes: { readonly [A in Action]?: string } = {
  login:
    'A login that finds the user online first makes sure that the other connection is still there: a crashed client ' +
    'locks nobody out. Send `sync` next, until `more` is false.',
  resume:
    'Takes an open session over to this connection, or goes on with one whose connection was lost, within its grace. ' +
    'The old connection is told `replaced`; nobody is told anything. Send `sync` next, until `more` is false.',
  deregister: 'Refused as `already-online` while the user is online.',
  ping: 'Answered by the gateway, before and after login; nothing beside `action` is looked at, and no `id` comes back.',
  broadcast: 'Readers who blocked the sender are given `hidden` under the same number. The sender gets the event, too.',
  message: 'Kept for a user who is offline.',
  block: 'The blocked user can no longer write to you, and what they broadcast is `hidden` from you.',
  file:
    'Announces a file, and asks where to put it. Send exactly `size` bytes with the SHA-256 `sha256` to `url`, by `method` and with ' +
    '`headers`, before `expiresAt`; the answer 412 means that they are there already. The recipient is told when the bytes have ' +
    'come, and not before; a file that comes to nothing is told as `file-failed`. Asked again about the same bytes (an upload that ' +
    'broke off), the room gives a fresh URL.',
  fileget:
    'Without arguments: what waits for you, oldest first. With both: where to fetch one file, which may be done in parts ' +
    '(`Range`) until `expiresAt`; after that, ask again. Check what came against `sha256`, then send `filedone`.',
  filedone: 'The sender is told `file-received`.',
  filedecline: 'The sender is told `file-declined`.',
  ack: 'One-way: there is no reply, only a refusal if something is wrong. Positions never go back.',
  logout: 'The reply is followed by the close of the connection, by the room.',
};

/** When an event is told, and to whom. */
export const eventSummaries: { readonly [N in EventName]: string } = {
  message: 'A message to you',
  broadcast: 'A message to everyone',
  hidden: 'A broadcast by someone you blocked: a number, and nothing to show',
  file: 'Someone sent you a file',
  'file-received': 'Someone has fetched the file you sent',
  'file-declined': 'Someone does not want the file you sent',
  'file-failed': 'A file you announced did not reach, or was not fetched by, whom it was for',
  login: 'Someone else came',
  logout: 'Someone else left',
  timeout: 'You showed no activity for too long: your session is over',
  kicked: 'The administrator ended your session',
  stop: 'The room stops',
  replaced: 'Your session went on over another connection',
};

/**
 * What a field means, by its name; a name alone is the rule, one with the frame (`reply.id`) or with the message
 * (`loginRequest.user`) before it wins over that. Constants explain themselves and need none.
 */
export const fieldDescriptions: Readonly<Record<string, string>> = {
  'request.id':
    `Any text of at most ${limits.requestIdLength} characters; it comes back in the reply. Use each once, so that ` +
    'replies find their requests.',
  'request.again':
    'Sent before, under this `id`, over a connection that was lost before the reply. Leave it out otherwise: it takes a second.',
  'reply.id': "The request's `id`, if it had one.",
  'unroutableRefusal.action': 'The beginning of what the frame gave as its action; `null` if that was no text.',
  'event.id': "The sender's request `id`, if there was one: by it a sender's other end recognizes a message.",
  user: 'User name, in the spelling it was registered in.',
  'request.user': 'User name, in any case.',
  'registerRequest.user': 'The new user name: 1 to 32 of `A-Z a-z 0-9 . _ -`, starting with a letter or digit.',
  to: 'User name of the recipient, in any case.',
  from: 'User name of the sender.',
  by: 'User name of who fetched or declined the file.',
  'whoelseReply.users': 'User names of who is online, without yourself, sorted: as many as one frame can hold.',
  'wholasthrReply.users':
    'User names of who is online or was within the last hour, without yourself, sorted: as many as one frame can hold.',
  'blocklistReply.users': 'User names of whom you have blocked.',
  total: 'How many they are.',
  password: `At most ${limits.passwordBytes} bytes of UTF-8.`,
  'registerRequest.password': `As long as the room asks for, at most ${limits.passwordBytes} bytes of UTF-8.`,
  oldPassword: 'The password so far.',
  newPassword: `As long as the room asks for, at most ${limits.passwordBytes} bytes of UTF-8.`,
  'loginRequest.newPassword':
    'The password from this login on. Needed after `password-change-required`: the password is one that the administrator gave, ' +
    'good for choosing another.',
  token: 'What `resume` asks for. It is valid once: the reply holds the next one.',
  newToken:
    'The token of the session from now on; at least 128 random bits, kept secret. Who chooses it can resume even if the reply is ' +
    'lost. Default: the room chooses.',
  'passwdRequest.newToken':
    'The token of the session from now on; at least 128 random bits, kept secret. Default: nothing resumes the session any more.',
  timeOut: 'Seconds without activity after which the session ends.',
  unread: 'How many messages of each stream are not acknowledged.',
  'unread.inbox': 'Messages to you.',
  'unread.room': 'Messages to everyone.',
  text: `Any text of 1 to ${limits.textBytes} bytes of UTF-8; a longer one is refused as \`too-long\`.`,
  'event.text': 'The text, as it was sent: escape it for wherever it goes.',
  stream: 'Which stream.',
  seq: "The message's number in its stream.",
  'messageReply.seq': "The message's number in the recipient's inbox.",
  sentAt: 'When the room took it: ISO 8601, UTC.',
  online: 'How many it is being posted to.',
  delivery: '`delivered`: posted to the recipient just now. `stored`: waits for the recipient.',
  'syncRequest.inbox': 'Number in the inbox to start after. Default: what was acknowledged.',
  'syncRequest.room': 'Number in the room to start after. Default: what was acknowledged.',
  'ackRequest.inbox': 'The highest number shown of the inbox, with everything before it.',
  'ackRequest.room': 'The highest number shown of the room, with everything before it.',
  'upTo.inbox': 'In the inbox.',
  'upTo.room': 'In the room.',
  'logoutRequest.inbox': 'As for `ack`.',
  'logoutRequest.room': 'As for `ack`.',
  limit: `How many messages to give at most. Default: ${limits.pageSize}.`,
  before: 'Number in the stream to end before. Default: after the newest.',
  messages: 'Oldest first.',
  upTo: 'The numbers this page reaches: where the next `sync` starts.',
  more: 'Whether there is more to ask for.',
  name: 'Name of the file.',
  'fileRequest.name':
    `Name of the file: 1 to ${limits.fileNameBytes} bytes of UTF-8 that are one part of a path on every common system, with nothing ` +
    'unseen in it. Composed (NFC) by the room.',
  'filegetRequest.from': 'User name of the sender, in any case.',
  'fileFailedEvent.to': 'User name of the recipient.',
  size: 'Bytes.',
  files: 'What waits for you, oldest first.',
  url: 'Where the bytes are, or go, over HTTPS. Whoever knows it may use it: it is a secret until `expiresAt`.',
  headers: 'What the upload must carry, by header name; the URL is good for nothing else.',
  expiresAt: 'When the URL ends: ISO 8601, UTC. What has begun by then may end later.',
  'filegetReply.more': 'Whether more files wait than the reply can hold.',
  sha256: "The content's SHA-256, in hexadecimal.",
  reason: 'Why, in words for the user.',
  'logoutEvent.reason':
    '`logout`: on purpose. `timeout`: no activity. `lost`: the connection was lost and not resumed. `kicked`: by the ' +
    'administrator. `deregistered`: the account is gone.',
  'fileFailedEvent.reason':
    '`unfinished`: the upload was never completed. `damaged`: what came is not what was announced. `no-such-user`: the recipient is ' +
    'gone. `blocked`: the recipient blocked you meanwhile. `expired`: it was not fetched for too long.',
  seconds: 'How long there was no activity.',
  message: 'A sentence for a person.',
  retryAfter: 'Seconds after which it makes sense to try again.',
  'error.field': 'The field that is wrong, if it is one.',
  'error.requestId': "The room's own name for the failed request: its operator finds the cause by it.",
  'error.triesLeft':
    'How many more wrong passwords this connection has before the name is blocked, where that is known.',
  'error.secondsLeft': 'Seconds until the block is over.',
  'error.limit': 'What would have been allowed, in bytes (of a password: the least, in characters).',
  connectionId: "API Gateway's name for the connection.",
  requestId: "API Gateway's name for the request; not the `id` that the client gave it.",
};
