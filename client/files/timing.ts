/** Timeouts of a transfer in milliseconds, and the number of retries. */
export interface TransferTiming {
  /** Longest time without a connection, a byte in either direction, or an answer. */
  readonly stall: number;
  /** Wait for `100 Continue` before the body is sent anyway. */
  readonly leave: number;
  /** Before the first retry; twice as much (and up to twice that, at random) before each further one. */
  readonly retry: number;
  readonly retryMost: number;
  /** Consecutive failures without progress. */
  readonly retries: number;
}

export const defaultTransferTiming: TransferTiming = {
  stall: 60_000,
  leave: 2_000,
  retry: 500,
  retryMost: 30_000,
  retries: 10,
};
