import { type Action, commands } from '../../protocol/index.ts';
import { type Line, piece } from '../terminal/line.ts';
import { type CommandName, commandNames, grammar, usage } from './grammar.ts';
import { findCommand } from './parse-line.ts';
import { texts, unknownCommandLine } from './texts.ts';

/** What the wire's own list of commands does not know of. */
const ownSummaries = {
  quit: 'Leave the room',
  help: 'Show this list, or what one command does',
} as const satisfies Record<Exclude<CommandName, Action>, string>;

const summary = (name: CommandName) =>
  name === 'quit' || name === 'help' ? ownSummaries[name] : commands[name].summary;

/** Every command, or one. */
export function helpLines(about?: string): Line[] {
  if (about === undefined) return everyCommand();
  const name = findCommand(about);
  return name ? oneCommand(name) : [unknownCommandLine(about)];
}

function everyCommand(): Line[] {
  const width = Math.max(...commandNames.map((name) => usage(name).length));
  return [
    ...commandNames.map((name) => ({
      words: ['  ', piece('strong', usage(name).padEnd(width)), `  ${summary(name)}`],
    })),
    { words: [piece('quiet', texts.helpHint)] },
  ];
}

function oneCommand(name: CommandName): Line[] {
  const spellings = [name, ...grammar[name].aliases].map((spelling) => `/${spelling}`);
  return [
    { words: ['  ', piece('strong', usage(name))] },
    `  ${summary(name)}`,
    { words: [piece('quiet', `  ${texts.alsoAs(spellings)}`)] },
  ];
}
