import { nearest } from '../nearest.ts';
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

/** The spelling nearest to a word that is no command. */
export function suggest(word: string): string | undefined {
  return nearest(word, [...spellings(word.startsWith('/')).keys()]);
}
