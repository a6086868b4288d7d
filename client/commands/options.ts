import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { UsageError } from '../config/errors.ts';

/** An option of a command, such as `--since <time>`. */
export interface CommandOption<Value = unknown> {
  /** Commander's syntax. */
  readonly flags: string;
  /** One line for `help`. */
  readonly description: string;
  /** The value when the option is not given. */
  readonly otherwise: Value;
  /** @throws {InvalidArgumentError} Commander's. */
  parse?(typed: string): Value;
}

export type CommandOptions = Readonly<Record<string, CommandOption>>;

/** The values of options, as parsed. */
export type OptionValues<O> = { readonly [K in keyof O]: O[K] extends CommandOption<infer Value> ? Value : never };

/** An option without a value. */
export const flag = (flags: string, description: string): CommandOption<boolean> => ({
  flags,
  description,
  otherwise: false,
});

/** An option with a text as its value. */
export const valued = (flags: string, description: string): CommandOption<string | undefined> => ({
  flags,
  description,
  otherwise: undefined,
});

/** An option that takes a whole number. */
export const wholeNumber = (flags: string, description: string): CommandOption<number | undefined> => ({
  flags,
  description,
  otherwise: undefined,
  parse(typed) {
    if (/^\d{1,9}$/.test(typed)) return Number(typed);
    throw new InvalidArgumentError('Give a whole number.');
  },
});

/** {@link parseOptions}. */
export type OptionParser = typeof parseOptions;

/**
 * Separates options from the other words.
 * @param usage The usage that the error shows.
 * @throws {UsageError}
 */
export function parseOptions(
  options: CommandOptions,
  words: readonly string[],
  usage: string,
): { readonly values: Record<string, unknown>; readonly operands: readonly string[] } {
  const parser = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const values: Record<string, unknown> = {};
  const parsed: [name: string, otherwise: unknown, option: Option][] = [];
  for (const [name, { flags, otherwise, parse }] of Object.entries(options)) {
    const option = new Option(flags);
    if (parse) option.argParser(parse);
    parser.addOption(option);
    parsed.push([name, otherwise, option]);
  }
  try {
    const { operands, unknown } = parser.parseOptions([...words]);
    if (unknown.length > 0) throw new UsageError(usage);
    for (const [name, otherwise, option] of parsed) {
      values[name] = parser.getOptionValue(option.attributeName()) ?? otherwise;
    }
    return { values, operands };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isInvalid = error.code === 'commander.invalidArgument';
    throw new UsageError(isInvalid ? error.message.replace(/^error: /, '') : usage);
  }
}
