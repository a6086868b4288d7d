/** How long a transfer waits for what; in milliseconds, but for the count of retries. */
export interface TransferTiming {
  /** For a sign of life from the store: a connection, a byte either way, an answer. */
  readonly stall: number;
  /** For the store's leave to send a body, before it is sent without. */
  readonly leave: number;
  /** Before the first retry; twice as much (and up to twice that, at random) before each further one. */
  readonly retry: number;
  readonly retryMost: number;
  /** Failures that got no further than the one before. */
  readonly retries: number;
}

export const defaultTransferTiming: TransferTiming = {
  stall: 60_000,
  leave: 2_000,
  retry: 500,
  retryMost: 30_000,
  retries: 10,
};
