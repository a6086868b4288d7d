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
  /** UTF-8 bytes: the longest name on common file systems. */
  fileNameBytes: 255,
  /** Maximum number of users that one user may block. */
  blockedUsers: 500,
  /** Maximum number of users that may block one user. Each broadcast stores them, about 25 bytes each. */
  blockers: 5_000,
} as const;
