import { NetworkError, TransferError } from './errors.ts';

/** Status codes of transient errors: timeout, conflict with an earlier attempt, throttling, service errors. */
const passingStatus: ReadonlySet<number> = new Set([408, 409, 429, 500, 502, 503, 504]);

/**
 * Converts an error response of the store.
 * @param answer The response body, S3's XML.
 */
export function storeError(status: number, answer: string): NetworkError | TransferError {
  if (passingStatus.has(status)) return new NetworkError(`the store answered ${status}`);
  const [, code = ''] = /<Code>(\w{1,64})<\/Code>/.exec(answer) ?? [];
  return new TransferError('refused', `The store refuses the file: ${`${status} ${code}`.trim()}.`);
}

/** Whether S3 answered that a presigned URL has expired. */
export const isOver = (status: number, answer: string): boolean =>
  status === 403 && answer.includes('<Message>Request has expired</Message>');

/** The error to report after the last retry. `what` begins its message. */
export function finalError(error: unknown, what: string): unknown {
  if (error instanceof NetworkError) return new TransferError('unreachable', `${what}: ${error.message}.`, error);
  return error;
}
