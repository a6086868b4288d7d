import * as v from 'valibot';

/** Every refusal code, with its default message. */
export const refusals = {
  'bad-request': 'That request is not well-formed.',
  'unknown-action': 'There is no such command.',
  internal: 'Something went wrong in the room. Please try again.',
  'rate-limited': 'You are sending too fast. Please wait a moment.',
  'not-logged-in': 'You are not logged in.',
  'already-logged-in': 'You are already logged in over this connection.',
  'user-exists': 'That user name is taken, belonged to a recently deleted account, or looks like that of another user.',
  'registration-closed': 'Nobody can register in this room. Ask its administrator for an account.',
  'invitation-required': 'You need an invitation to register in this room.',
  'invalid-invitation': 'That invitation is not valid: it is unknown, used up, expired or revoked.',
  'invalid-user':
    'A user name has 1 to 32 letters, digits, dots, dashes or underscores, and starts with a letter or digit; a few words are reserved.',
  'invalid-password': 'That password is too short, too long or too common.',
  'room-stopped': 'The room is stopped.',
  'room-full': 'The limit of users online has been reached.',
  'no-such-user': 'There is no such user.',
  'wrong-password': 'Wrong password.',
  'login-blocked': 'Too many wrong passwords. That user name is blocked from this address for a while.',
  'already-online': 'That user is online already.',
  'password-change-required': 'That password is good for one login. Choose another one to log in.',
  suspended: 'This user has been suspended by the administrator.',
  banned: 'This address has been banned by the administrator.',
  'bad-token': 'That session cannot be resumed.',
  kicked: 'You have been removed from the room by the administrator.',
  'too-long': 'That text is too long.',
  'to-self': 'You cannot send to yourself.',
  blocked: 'That user has blocked you.',
  'block-self': 'You cannot block yourself.',
  'already-blocked': 'You have blocked that user already.',
  'not-blocked': 'You have not blocked that user.',
  'too-many-blocked': 'You have blocked the maximum number of users. Unblock one first.',
  'too-many-blockers': 'That user has been blocked by the maximum number of users.',
  'file-too-large': 'That file is larger than the room takes.',
  'invalid-file-name':
    'A file name must have 1 to 255 bytes, neither / nor \\, no invisible characters, and no blank at either end.',
  'file-exists': 'A file of that name from you is already waiting for that user.',
  'too-many-files': 'Too many files wait for that user. Send this one again when some of them have been fetched.',
  'no-such-file': 'There is no such file.',
} as const;

export type RefusalCode = keyof typeof refusals;

/** The optional details of a refusal. */
export const refusalDetails = {
  field: v.exactOptional(v.string()),
  requestId: v.exactOptional(v.string()),
  /** Seconds. */
  retryAfter: v.exactOptional(v.number()),
  triesLeft: v.exactOptional(v.number()),
  /** Seconds. */
  secondsLeft: v.exactOptional(v.number()),
  /** ISO 8601, UTC. */
  since: v.exactOptional(v.string()),
  /** Why the administrator has ended the session. */
  reason: v.exactOptional(v.string()),
  /** Bytes of a text or file, characters of a password. */
  limit: v.exactOptional(v.number()),
} as const;

export type RefusalDetails = v.InferOutput<v.ObjectSchema<typeof refusalDetails, undefined>>;
