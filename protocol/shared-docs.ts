import { limits } from './limits.ts';

/**
 * Descriptions and examples that several commands share. Texts with numbers are functions, so that bundlers can drop them (see
 * `Docs`).
 */
export const fieldDocs = {
  user: 'User name. Case does not matter.',
  displayName: 'User name, in the spelling it was registered in.',
  to: 'User name of the recipient. Case does not matter.',
  from: 'User name of the sender. Case does not matter.',
  fileName: 'Name of the file.',
  password: () => `At most ${limits.passwordBytes} bytes of UTF-8.`,
  newPassword: () => `At least as long as the room demands, at most ${limits.passwordBytes} bytes of UTF-8.`,
  newToken:
    'The token of the session from now on: at least 128 random bits, kept secret. A client that chooses the token can resume even ' +
    'if the reply is lost. Default: the room chooses one.',
  token: 'The secret that `resume` takes. It is valid once: the reply to `resume` holds the next one.',
  text: () => `Any text of 1 to ${limits.textBytes} bytes of UTF-8; a longer one is refused as \`too-long\`.`,
  pageSize: () => `The maximum number of messages to return. Default: ${limits.pageSize}.`,
  sentAt: 'When the room accepted the message: ISO 8601, UTC.',
  expiresAt: 'When the URL expires: ISO 8601, UTC. A transfer that has begun by then may end later.',
  url: 'HTTPS URL of the bytes. Anyone who has it can use it until `expiresAt`, so keep it secret.',
  sha256: 'SHA-256 of the content, in hexadecimal.',
  messages: 'The messages, oldest first.',
  session: {
    user: 'User name, in the spelling it was registered in.',
    token: 'The secret that `resume` takes. It is valid once: the reply to `resume` holds the next one.',
    timeOut: 'Seconds without activity after which the session ends.',
    unread: 'How many messages of each stream are not acknowledged.',
  },
  unread: { 'unread.inbox': 'Messages to you.', 'unread.room': 'Messages to everyone.' },
} as const;

/** Values of examples, as they could follow each other in one afternoon. */
export const sample = {
  token: 'an-opaque-text',
  sha256: 'a948904f2f0f479b8f8197694b30184b0d2ed1c1cd2a1ec0fb85d299a192a447',
  earlier: '2026-11-23T17:04:05.006Z',
  later: '2026-11-23T17:04:09.120Z',
  expiresAt: '2026-11-23T17:09:09.120Z',
  toColumbia: {
    stream: 'inbox',
    seq: 12,
    from: 'Hudson',
    text: 'See you at noon?',
    sentAt: '2026-11-23T17:04:05.006Z',
  },
  toAll: {
    stream: 'room',
    seq: 481,
    from: 'Hudson',
    text: 'Good morning, everyone.',
    sentAt: '2026-11-23T17:04:09.120Z',
  },
  session: { user: 'Columbia', token: 'an-opaque-text', timeOut: 1800, unread: { inbox: 1, room: 3 } },
} as const;
