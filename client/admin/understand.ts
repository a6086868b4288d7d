import { Command, CommanderError } from 'commander';
import { nearest } from '../commands/nearest.ts';
import { type Completion, wordsLike } from '../terminal/completion.ts';
import { consoleCommands } from './commands/index.ts';
import type { ConsoleCommand, Typed } from './console-command.ts';
import { UsageError } from './errors.ts';
import { texts } from './texts.ts';

/** A command that was understood. */
export interface Understood {
  readonly command: ConsoleCommand;
  readonly typed: Typed;
}

/** What was said, word by word. */
export const wordsSaid = (said: string | readonly string[]): readonly string[] =>
  typeof said === 'string' ? said.trim().split(/\s+/) : said;

const wordsOf = (command: ConsoleCommand) => command.words.toLowerCase().split(' ');

/** `kick <user> [reason]` */
export function usageOf({ words, usage, options = [] }: ConsoleCommand): string {
  return [words, ...options.map(({ flags }) => `[${flags}]`), ...(usage === undefined ? [] : [usage])].join(' ');
}

/** The command that begins so, and how many words it takes. */
function findCommand(tokens: readonly string[]): ConsoleCommand | undefined {
  const said = tokens.map((token) => token.toLowerCase());
  return consoleCommands
    .filter((command) => wordsOf(command).every((word, index) => said[index] === word))
    .sort((one, other) => wordsOf(other).length - wordsOf(one).length)[0];
}

/** The words of the command that was meant, perhaps. */
function suggest(tokens: readonly string[]): string | undefined {
  const asLong = (count: number) => consoleCommands.filter((command) => wordsOf(command).length === count);
  const near = [2, 1].map((count) =>
    nearest(
      tokens.slice(0, count).join(' '),
      asLong(count).map(({ words }) => words),
    ),
  );
  return near.find((words) => words !== undefined);
}

/**
 * Understands a line of the console, or the arguments of the program.
 * @throws {UsageError}
 */
export function understand(said: string | readonly string[]): Understood {
  const tokens = wordsSaid(said);
  const command = findCommand(tokens);
  if (!command) throw new UsageError(texts.unknownCommand(tokens.join(' '), suggest(tokens)));
  const commandWords = wordsOf(command).length;
  const given = tokens.slice(commandWords);
  if (!command.takesText) return { command, typed: parse(command, given) };
  const before = (command.usage?.split(' ').length ?? 1) - 1;
  const text = typeof said === 'string' ? afterWords(said, commandWords + before) : given.slice(before).join(' ');
  return { command, typed: parse(command, [...given.slice(0, before), ...(text === '' ? [] : [text])]) };
}

/** What comes after so many words of a line, as it was typed. */
const afterWords = (line: string, count: number) =>
  line.trim().replace(new RegExp(`^(?:\\S+(?:\\s+|$)){${count}}`), '');

/** Commander knows what an argument and an option are. */
function parse(command: ConsoleCommand, given: readonly string[]): Typed {
  const { options = [], usage } = command;
  const parser = new Command(command.words)
    .helpOption(false)
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  if (usage !== undefined) parser.arguments(usage);
  for (const option of options) parser.addOption(option);
  try {
    // A text may begin with a dash.
    parser.parse(options.length === 0 ? ['--', ...given] : [...given], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UsageError(
      error.code === 'commander.invalidArgument'
        ? error.message.replace(/^error: /, '')
        : texts.usage(usageOf(command)),
    );
  }
  return { args: parser.args, options: parser.opts() };
}

/** What a line that begins like this can become. */
export function completions(line: string): Completion {
  return wordsLike(line, [...consoleCommands.map(({ words }) => words), 'help', 'quit']);
}

/** The lines of `help`: every command, or one. @throws {UsageError} */
export function helpLines(about: readonly string[] = []): string[] {
  if (about.length === 0) return everyCommand();
  const command = findCommand(about);
  if (!command) throw new UsageError(texts.unknownCommand(about.join(' '), suggest(about)));
  const options = command.options ?? [];
  const width = Math.max(0, ...options.map(({ flags }) => flags.length));
  return [
    `  ${usageOf(command)}`,
    `  ${command.summary}`,
    ...options.map(({ flags, description }) => `    ${flags.padEnd(width)}  ${description}`),
  ];
}

function everyCommand(): string[] {
  const own: readonly [string, string][] = [
    ['help [command]', 'show this list, or what one command does, with its options'],
    ['quit', 'leave the console'],
  ];
  const lines = [
    ...consoleCommands.map(({ words, usage, summary }): [string, string] => [
      [words, ...(usage === undefined ? [] : [usage])].join(' '),
      summary,
    ]),
    ...own,
  ];
  const width = Math.max(...lines.map(([usage]) => usage.length));
  return lines.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`);
}
