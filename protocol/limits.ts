/** The limits that client and room share. */
export const limits = {
  /** API Gateway closes with 1009 above this (message quota, bytes). */
  frameBytes: 128 * 1024,
  /** UTF-8 bytes of a message's or broadcast's text. JSON escaping may multiply it by six, and it still fits one 32 KB frame. */
  textBytes: 4 * 1024,
  userLength: 32,
  /** UTF-8 bytes. Bounded, because scrypt reads them all. */
  passwordBytes: 1024,
  requestIdLength: 64,
  tokenLength: 128,
  /** Seconds after the first attempt in which a repeated request is recognized. */
  repeatSeconds: 600,
  /** Maximum number of messages in a reply to `sync` or `history`. */
  pageSize: 200,
  /** Files that one sender may have announced to one recipient and not uploaded yet. */
  announcedFiles: 20,
  /** UTF-8 bytes: the longest name on common file systems. */
  fileNameBytes: 255,
  /** Maximum number of users that one user may block. */
  blockedUsers: 500,
  /** Maximum number of users that may block one user. The account stores them, about 25 bytes each. */
  blockers: 5_000,
} as const;

/** A token bucket: tokens a second in the long run, and tokens at once after a silence. */
interface TokenBucket {
  readonly rate: number;
  readonly burst: number;
}

/**
 * The rate limit of a connection that has not logged in, from the settings FLOOD_RATE and FLOOD_BURST. By default it is 10 frames at
 * once and one in two seconds, which is enough to register, to mistype the password three times, and to log in.
 */
export const guestLimit = ({ rate, burst }: TokenBucket): TokenBucket => ({
  rate: Math.max(0.5, rate / 40),
  burst: Math.max(mostTokens, burst / 10),
});

/** The most tokens that one frame takes. No burst is smaller. */
export const mostTokens = 10;

/** The tokens that a request takes in addition if it is marked `again`: it occupies a function for a second. */
export const repeatTokens = 4;

/**
 * The room closes a member's connection after this many refusals by its rate limit. Each accepted frame cancels one refusal.
 */
export const mostRefused = 150;

/** The new connections of an address for which one that the room closed for flooding counts, in `CONNECTS_PER_ADDRESS`. */
export const floodConnects = 10;

/**
 * The parameter of the upgrade's query string with which a client tells a full room what to do. `resume`, which every client of today
 * says, means: admit the client, its `login` or `resume` decides about a seat. Earlier clients say `login`, or nothing, and are refused.
 */
export const purposeParameter = 'purpose';
