import { type AdminCommandName, adminCommands } from '../../protocol/admin/index.ts';
import { type Command, type Definition, defineCommand } from '../commands/command.ts';
import { type CommandOptions, parseOptions } from '../commands/options.ts';
import type { Parameters } from '../commands/parameters.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode } from './errors.ts';
import type { RoomAdmin } from './room-admin.ts';

/** An exit code other than 0, or the end of the console. */
export type ConsoleResult = ExitCode | 'quit' | undefined;

export type ConsoleCommand = Command<CommandContext, ConsoleResult, RoomAdmin>;

type None = Record<never, never>;

/** A command that only the console knows. Its `run` may throw a RefusedError, an UnreachableError or a UsageError. */
export const consoleCommand = <P extends Parameters<RoomAdmin> = None, O extends CommandOptions = None>(
  definition: Definition<CommandContext, ConsoleResult, P, O>,
): ConsoleCommand => defineCommand<CommandContext, ConsoleResult, RoomAdmin, P, O>(definition, parseOptions);

/** A command of the room: its name and summary are those of its protocol entry. */
export function adminCommand<P extends Parameters<RoomAdmin> = None, O extends CommandOptions = None>(
  command: AdminCommandName,
  definition: Omit<Definition<CommandContext, ConsoleResult, P, O>, 'name' | 'summary'>,
): ConsoleCommand {
  const { words: name, summary } = adminCommands[command];
  return consoleCommand<P, O>({ name, summary, ...definition });
}
