import { foldName } from '../../protocol/index.ts';

/** The completions of a line. */
export interface Completion {
  /** The possible replacements for the end of the line. */
  readonly candidates: readonly string[];
  /** The end of the line, as typed. */
  readonly of: string;
}

export const noCompletion: Completion = { candidates: [], of: '' };

/** The longest common prefix. */
export function commonBeginning([first = '', ...others]: readonly string[]): string {
  let end = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, end))) end -= 1;
  }
  return first.slice(0, end);
}

/** The words that begin with this text, in any case, each followed by a space. */
export function wordsLike(of: string, words: readonly string[]): Completion {
  return { candidates: like(of, words).map((word) => `${word} `), of };
}

/** The file names that begin with this text. No space follows, because a file name takes the rest of the line. */
export function fileNamesLike(of: string, names: readonly string[]): Completion {
  return { candidates: like(of, names), of };
}

const like = (of: string, words: readonly string[]) => words.filter((word) => foldName(word).startsWith(foldName(of)));
