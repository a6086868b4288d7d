/** The numbers both ends of the wire agree on. */
export const limits = {
  /** API Gateway closes with 1009 above this (message quota, bytes). */
  frameBytes: 128 * 1024,
  /** UTF-8 bytes of a message's or broadcast's text: escaped to six times as much in JSON, it still fits one 32 KB frame. */
  textBytes: 4 * 1024,
  userLength: 32,
  /** UTF-8 bytes; scrypt reads them all, so they are bounded. */
  passwordBytes: 1024,
  requestIdLength: 64,
  tokenLength: 128,
  /** Seconds after its first sending in which a request may be sent again, and is recognized. */
  repeatSeconds: 600,
  /** Most messages one `sync` or `history` gives. */
  pageSize: 200,
  /** UTF-8 bytes: the longest name that common file systems take. */
  fileNameBytes: 255,
  /** Most users one may block. */
  blockedUsers: 500,
  /** Most users by whom one may be blocked: each broadcast keeps from whom it is hidden, some 25 bytes for each. */
  blockers: 5_000,
} as const;
