/** Whether a write failed because the reader closed the pipe, as in `chat tail | head`. */
export const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';
