import { type Line, span } from '../terminal/line.ts';
import type { CommandOptions } from './options.ts';

/** The parts of a command that help shows. */
interface Explained {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly fullUsage: string;
  readonly aliases: readonly string[];
  readonly options: CommandOptions;
}

/** The parts of the help that depend on the set of commands. */
export interface HelpTexts {
  /** The last line of the list. */
  readonly hint: string;
  /** The prefix of a short name: `/` or nothing. */
  readonly aliasPrefix: string;
}

/** One line for each command, and a hint. */
export function helpOnAll(commands: readonly Explained[], { hint }: HelpTexts): Line[] {
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  return [
    ...commands.map(({ usage, summary }) => ({
      text: ['  ', span('strong', usage.padEnd(width)), `  ${summary}`],
      indent: width + 4,
    })),
    { text: [span('quiet', hint)] },
  ];
}

/** The usage of one command, with its options and short names. */
export function helpOnOne(
  { name, fullUsage, summary, aliases, options }: Explained,
  { aliasPrefix }: HelpTexts,
): Line[] {
  const width = Math.max(0, ...Object.values(options).map(({ flags }) => flags.length));
  const spellings = [name, ...aliases].map((spelling) => aliasPrefix + spelling).join(', ');
  return [
    { text: ['  ', span('strong', fullUsage)] },
    `  ${summary}`,
    ...Object.values(options).map(({ flags, description }) => `    ${flags.padEnd(width)}  ${description}`),
    ...(aliases.length > 0 ? [{ text: [span('quiet', `  Also: ${spellings}`)] }] : []),
  ];
}
