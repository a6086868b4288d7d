import { readdir } from 'node:fs/promises';
import { foldName } from '../../protocol/index.ts';
import { type Completion, fileNamesLike, wordsLike } from '../terminal/completion.ts';
import { commandNames, grammar, type Source, spellings, splitWord } from './grammar.ts';
import type { NamesSeen } from './names-seen.ts';
import { findCommand } from './parse-line.ts';

const nothing: Completion = { candidates: [], of: '' };

/** How a line that is being typed after the login can go on. */
export async function complete(line: string, names: NamesSeen): Promise<Completion> {
  const typed = line.trimStart();
  const { first, rest } = splitWord(typed);
  if (first === typed) return wordsLike(typed, [...spellings(typed.startsWith('/')).keys()]);
  const name = findCommand(first);
  if (!name) return nothing;
  const sources = grammar[name].arguments.map(({ from }) => from);
  return completeArgument(rest, sources, '', names);
}

/** @param before The argument before these. */
async function completeArgument(
  line: string,
  [source, ...later]: readonly (Source | undefined)[],
  before: string,
  names: NamesSeen,
): Promise<Completion> {
  const typed = line.trimStart();
  const { first, rest } = splitWord(typed);
  // All but the last argument are words; who has typed white space after one is at the next.
  if (later.length > 0 && first !== typed) return completeArgument(rest, later, first, names);
  switch (source) {
    case 'users':
      await names.learn?.('users');
      return wordsLike(typed, names.users);
    case 'commands':
      return wordsLike(typed, commandNames);
    case 'streams':
      return wordsLike(typed, ['inbox', 'room']);
    case 'offerers':
      await names.learn?.('offers');
      return wordsLike(typed, [...new Set(names.offers.map(({ from }) => from))]);
    case 'offers': {
      await names.learn?.('offers');
      const offers = names.offers.filter(({ from }) => foldName(from) === foldName(before));
      return fileNamesLike(
        typed,
        offers.map(({ name }) => name),
      );
    }
    case 'own-files': {
      const own = await ownFiles();
      return fileNamesLike(typed, typed === '' ? own.filter(isPlain) : own);
    }
    case undefined:
      return nothing;
  }
}

const isPlain = (name: string) => !name.startsWith('.');

/** The files in the working directory. */
async function ownFiles(): Promise<string[]> {
  // Whoever may not look there types the name.
  const entries = await readdir('.', { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
