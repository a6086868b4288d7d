import * as v from 'valibot';
import { limits } from './limits.ts';

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** Words with a meaning at the client's user-name prompt, and the sender of announcements. */
export const reservedNames = new Set(['system', 'quit', 'exit', 'register', 'deregister', 'de-register', 'help']);

const userNamePattern = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${limits.userLength - 1}}$`);

/** Whether a user may register under this name. `login` accepts any text, and finds no account. */
export function isUserName(name: string): boolean {
  return userNamePattern.test(name) && !reservedNames.has(foldName(name));
}

/** The form of a user name that must be unique in a room. Only ASCII folds: `toLowerCase` makes a k of the Kelvin sign. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** UTF-8 bytes of a text, the unit of {@link limits.textBytes} and {@link limits.passwordBytes}. */
export const byteLength = bytes;

/** A lone surrogate has no UTF-8 form: the stored text would differ from the sent one. */
const wellFormed = v.check<string, string>((text) => !/\p{Surrogate}/u.test(text), 'well-formed Unicode');

const unicode = v.pipe(v.string(), wellFormed);

/**
 * A text of at most `characters` characters; `v.maxLength` would count an emoji as two. The metadata is the same rule for
 * JSON Schema.
 */
export function upTo(characters: number) {
  const what = `a text of at most ${characters} characters`;
  return v.pipe(
    v.string(what),
    wellFormed,
    v.check((text) => text.length <= characters || [...text].length <= characters, what),
    v.metadata({ maxLength: characters }),
  );
}

const notEmpty = v.minLength<string, 1, string>(1, 'a text that is not empty');

/** A text of at most `most` bytes of UTF-8. */
export const upToBytes = (most: number) => v.maxBytes<string, number, string>(most, `a text of at most ${most} bytes`);

/** A whole number. Its message states its range. */
export function whole(min: number, max: number) {
  const what = `a whole number from ${min} to ${max}`;
  return v.pipe(v.number(what), v.integer(what), v.minValue(min, what), v.maxValue(max, what));
}

/** The field types of the wire. Each schema's message completes the sentence "... is expected." */
export const field = {
  unicode,
  requestId: upTo(limits.requestIdLength),
  /** Any text that a user may type. The handler checks that the user exists. */
  user: v.pipe(upTo(256), notEmpty),
  password: v.pipe(v.string(), wellFormed, upToBytes(limits.passwordBytes)),
  text: v.pipe(v.string(), wellFormed, notEmpty),
  token: upTo(limits.tokenLength),
  /** A token that the client generates, with at least 128 random bits. */
  newToken: v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^[A-Za-z0-9_-]{22,${limits.tokenLength}}$`),
      `a token of 22 to ${limits.tokenLength} letters, digits, dashes or underscores`,
    ),
  ),
  /** A position in a stream: 0 is before the first message. */
  seq: whole(0, 2 ** 48),
  pageSize: whole(1, limits.pageSize),
  /** A place in a private conversation: a position in the inbox of each of the two. */
  cursor: v.pipe(v.string(), v.regex(/^\d{1,15}-\d{1,15}$/, 'the cursor of an earlier page')),
  stream: v.picklist(['inbox', 'room']),
  /** Any text that a user may type. {@link wrongWithFileName} checks it. */
  fileName: upTo(1024),
  fileSize: whole(0, 2 ** 48),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'a hash of 64 hexadecimal digits')),
  /** ISO 8601, UTC. */
  time: v.pipe(v.string(), v.isoTimestamp('a time in UTC'), v.endsWith('Z', 'a time in UTC')),
  count: v.pipe(v.number(), v.integer('a whole number'), v.minValue(0, 'a number from 0 on')),
} as const;
