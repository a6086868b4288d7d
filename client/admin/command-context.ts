import type { Line } from '../terminal/line.ts';
import type { RoomAdmin } from './room-admin.ts';

/** The context in which a command of the console runs. */
export interface CommandContext {
  readonly admin: RoomAdmin;
  /** Aborted when the administrator cancels a long command. */
  readonly signal: AbortSignal;
  /** Aborted when the output is closed. A command that only reads then ends; one that changes something is completed. */
  readonly unread: AbortSignal;
  /** Prints a result: its lines, or with `--json` the value on one line. */
  show(value: unknown, ...lines: Line[]): void;
  /** Prints lines, except with `--json`. */
  note(...lines: Line[]): void;
  /** Asks the administrator; only in the interactive console. Resolves to undefined at the end of input. */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /**
   * The lines of `help`.
   * @throws {UsageError}
   */
  help(about?: string): Line[];
}
