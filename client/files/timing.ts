/** Timeouts of a transfer in milliseconds, and the number of retries. */
export interface TransferTiming {
  /** The longest time without any progress: a connection, a byte in either direction, or a response. */
  readonly stall: number;
  /** Wait for `100 Continue` before the body is sent anyway. */
  readonly leave: number;
  /** The delay before the first retry. It doubles for each further one, with jitter. */
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
