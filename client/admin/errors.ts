export { UsageError } from '../config/errors.ts';
export { type ExitCode, exitCodes } from '../exit-codes.ts';

/** The room refused the command. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The admin function could not be invoked, or failed: there is no room, the permission is missing, or it threw an error. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
