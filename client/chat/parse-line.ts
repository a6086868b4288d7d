import { distance } from 'fastest-levenshtein';
import { type CommandName, grammar, spellings, splitWord, type TypedCommand, usage } from './grammar.ts';

export type ParsedLine =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'command'; readonly command: TypedCommand }
  /** A command whose arguments are not understood. */
  | { readonly kind: 'misused'; readonly usage: string }
  | { readonly kind: 'unknown'; readonly word: string };

/** Understands a line typed after the login. */
export function parseLine(line: string): ParsedLine {
  const { first, rest } = splitWord(line.trimStart());
  if (first === '') return { kind: 'nothing' };
  const name = findCommand(first);
  if (!name) return { kind: 'unknown', word: first };
  const command = grammar[name].parse(rest);
  return command ? { kind: 'command', command } : { kind: 'misused', usage: usage(name) };
}

/** The command that a word stands for, in whatever case. */
export function findCommand(word: string): CommandName | undefined {
  return spellings(word.startsWith('/')).get(word.toLowerCase());
}

/** The spelling nearest to a word that is no command, if at least half of it is the same. */
export function suggest(word: string): string | undefined {
  const near = [...spellings(word.startsWith('/')).keys()]
    .map((spelling) => ({ spelling, slips: distance(word.toLowerCase(), spelling) }))
    .filter(({ spelling, slips }) => slips <= Math.max(word.length, spelling.length) / 2)
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.spelling;
}
