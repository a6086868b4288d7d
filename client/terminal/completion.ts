import { foldName } from '../../protocol/index.ts';

/** How a line could go on. */
export interface Completion {
  /** What its end could become. */
  readonly candidates: readonly string[];
  /** That end, as typed. */
  readonly of: string;
}

/** What all of these begin with. */
export function commonBeginning([first = '', ...others]: readonly string[]): string {
  let end = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, end))) end -= 1;
  }
  return first.slice(0, end);
}

/** The words that begin like this, in whatever case, each with the space after it. */
export function wordsLike(of: string, words: readonly string[]): Completion {
  return { candidates: like(of, words).map((word) => `${word} `), of };
}

/** The file names that begin like this: they take the rest of a line, to which a space would belong. */
export function fileNamesLike(of: string, names: readonly string[]): Completion {
  return { candidates: like(of, names), of };
}

const like = (of: string, words: readonly string[]) => words.filter((word) => foldName(word).startsWith(foldName(of)));
