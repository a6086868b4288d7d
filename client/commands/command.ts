import { UsageError } from '../config/errors.ts';
import { type Input, takeWord } from './input.ts';
import type { CommandOptions, OptionParser, OptionValues } from './options.ts';
import { type Arguments, type Parameter, type Parameters, parseArguments, shownParameters } from './parameters.ts';

/** A command as its file declares it. */
export interface Definition<Context, Result, P, O> {
  /** As typed: `whoelse`, `online users`. */
  readonly name: string;
  /** One line for `help`. */
  readonly summary: string;
  /** Short names. Those of the chat are typed after a slash. */
  readonly aliases?: readonly string[];
  /** In the order in which they are typed. */
  readonly parameters?: P;
  readonly options?: O;
  run(context: Context, args: Arguments<P>, options: OptionValues<O>): Promise<Result>;
}

/** A command with its arguments, ready to run. */
export interface Invocation<Context, Result> {
  /** The command's name. */
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  run(context: Context): Promise<Result>;
}

/** A command that a user can type. */
export interface Command<Context, Result, Names = never> {
  readonly name: string;
  readonly summary: string;
  readonly aliases: readonly string[];
  readonly parameters: readonly Parameter<unknown, Names>[];
  readonly options: CommandOptions;
  /** The usage without options: `kick <user> [reason]`. */
  readonly usage: string;
  /** The usage with options. */
  readonly fullUsage: string;
  /** @throws {UsageError} */
  parse(input: Input): Invocation<Context, Result>;
}

/** @param parseOptions Needed by a command with options. Commands without any load no parser. */
export function defineCommand<
  Context,
  Result,
  Names,
  P extends Parameters<Names> = Record<never, never>,
  O extends CommandOptions = Record<never, never>,
>(
  { name, summary, aliases = [], run, ...given }: Definition<Context, Result, P, O>,
  parseOptions?: OptionParser,
): Command<Context, Result, Names> {
  const parameters: Parameters<Names> = given.parameters ?? {};
  const options: CommandOptions = given.options ?? {};
  const shown = shownParameters(Object.values(parameters));
  const usage = [name, ...shown].join(' ');
  const fullUsage = [name, ...Object.values(options).map(({ flags }) => `[${flags}]`), ...shown].join(' ');
  return {
    name,
    summary,
    aliases,
    parameters: Object.values(parameters),
    options,
    usage,
    fullUsage,
    parse(input) {
      const misused = `Usage: ${fullUsage}`;
      // Without options, a text may begin with a dash.
      const hasOptions = Object.keys(options).length > 0;
      const { operands, values } =
        hasOptions && parseOptions ? parseOptions(options, wordsOf(input), misused) : { operands: input, values: {} };
      const args = parseArguments(parameters, operands);
      if (!args) throw new UsageError(misused);
      return { name, args, run: (context) => run(context, args as Arguments<P>, values as OptionValues<O>) };
    },
  };
}

function wordsOf(input: Input): readonly string[] {
  if (typeof input !== 'string') return input;
  const { word, rest } = takeWord(input);
  return word === '' ? [] : [word, ...wordsOf(rest)];
}
