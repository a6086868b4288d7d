import type { Option } from 'commander';
import { type AdminCommandName, adminCommands } from '../../protocol/admin/index.ts';
import type { Desk } from './desk.ts';
import type { ExitCode } from './errors.ts';

/** What a person typed after a command's words: Commander's arguments and options. */
export interface Typed {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** Something a person may say in the console, and what is done about it. */
export interface ConsoleCommand {
  /** `online users` */
  readonly words: string;
  readonly summary: string;
  /** Commander's syntax: `<user> [reason]`. */
  readonly usage?: string;
  /** Whether the last argument is the whole rest of the line, as typed. */
  readonly takesText?: boolean;
  readonly options?: readonly Option[];
  /**
   * @returns an exit code, if it is not 0.
   * @throws {RefusedError | UnreachableError | UsageError}
   */
  run(desk: Desk, typed: Typed): Promise<ExitCode | undefined>;
}

/** A command of the console that carries the words and the summary of the room's own. */
export function consoleCommand(
  command: AdminCommandName,
  parts: Omit<ConsoleCommand, 'words' | 'summary'>,
): ConsoleCommand {
  const { words, summary } = adminCommands[command];
  return { words, summary, ...parts };
}
