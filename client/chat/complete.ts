import { type Completion, wordsLike } from '../terminal/completion.ts';
import { commandNames, grammar, type Source, spellings, splitWord } from './grammar.ts';
import type { NamesSeen } from './names-seen.ts';
import { findCommand } from './parse-line.ts';

/** How a line that is being typed after the login can go on. */
export function complete(line: string, names: NamesSeen): Completion {
  const typed = line.trimStart();
  const { first, rest } = splitWord(typed);
  if (first === typed) return wordsLike(typed, [...spellings(typed.startsWith('/')).keys()]);
  const name = findCommand(first);
  return name
    ? completeArgument(
        rest,
        grammar[name].arguments.map(({ from }) => from),
        names,
      )
    : nothing;
}

const nothing: Completion = { candidates: [], of: '' };

function completeArgument(typed: string, sources: readonly (Source | undefined)[], names: NamesSeen): Completion {
  const [source, ...later] = sources;
  const { first, rest } = splitWord(typed.trimStart());
  // All but the last argument are words; who has typed white space after one is at the next.
  if (later.length > 0 && first !== typed.trimStart()) return completeArgument(rest, later, names);
  return source ? wordsLike(typed.trimStart(), offer(source, names)) : nothing;
}

function offer(source: Source, names: NamesSeen): readonly string[] {
  switch (source) {
    case 'users':
      return names.users;
    case 'commands':
      return commandNames;
    case 'streams':
      return ['inbox', 'room'];
  }
}
