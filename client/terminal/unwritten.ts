/** The output could not be written, for instance because the disk is full. */
export class UnwrittenError extends Error {
  override readonly name = 'UnwrittenError';
}

/** Whether a write failed because the reader closed the pipe, as in `chat tail | head`. */
export const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';

/** What to tell about a failed write. */
export const unwritten = (error: Error, ...more: string[]) =>
  new UnwrittenError([`The output could not be written (${error.message}).`, ...more].join(' '), { cause: error });
