/** Whether something could not be written because nobody reads on, which is their right: `chat tail | head`. */
export const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';
