export { UsageError } from '../config/errors.ts';
export { type ExitCode, exitCodes } from '../exit-codes.ts';

/** The room would not do it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The room's admin function could not be asked, or failed: no room there, no right to ask it, or a fault of its own. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
