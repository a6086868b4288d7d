import type { Input } from '../commands/input.ts';
import { jsonLine } from '../terminal/json-line.ts';
import type { Line } from '../terminal/line.ts';
import { span } from '../terminal/line.ts';
import type { CommandContext } from './command-context.ts';
import { commandSet } from './command-set.ts';
import type { ConsoleResult } from './console-command.ts';
import { exitCodes, RefusedError, UnreachableError, UsageError } from './errors.ts';

/** The output of results and errors. */
export interface Output {
  readonly show: CommandContext['show'];
  readonly note: CommandContext['note'];
  /** Prints why a command failed. */
  error(code: string, message: string): void;
}

type Print = (...lines: Line[]) => void;

/** Prints lines of text, or with `json` one value per line. */
export function outputTo(out: Print, err: Print, json: boolean): Output {
  return {
    show: (value, ...lines) => out(...(json ? [jsonLine(value)] : lines)),
    note: (...lines) => {
      if (!json) out(...lines);
    },
    error: (code, message) =>
      err(json ? jsonLine({ error: { code, message } }) : { text: [span('error', 'Error!'), ` ${message}`] }),
  };
}

/** The outcome of a command, and its name if it was understood. */
export interface Outcome {
  readonly name?: string;
  readonly result: Exclude<ConsoleResult, undefined>;
}

/** Runs one command, and prints its result or error. */
export async function runCommand(
  input: Input,
  { show, note, error: print }: Output,
  context: Omit<CommandContext, 'show' | 'note' | 'help'>,
): Promise<Outcome> {
  try {
    const { name, run } = commandSet.parse(input);
    const help = (about?: string) => commandSet.help(about);
    return { name, result: (await run({ ...context, show, note, help })) ?? exitCodes.done };
  } catch (error) {
    if (error instanceof RefusedError) {
      print(error.code, error.message);
      return { result: exitCodes.refused };
    }
    if (error instanceof UsageError) {
      print('misused', error.message);
      return { result: exitCodes.misused };
    }
    if (!(error instanceof UnreachableError)) throw error;
    print('unreachable', error.message);
    return { result: exitCodes.unreachable };
  }
}
