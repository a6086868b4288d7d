import { distance } from 'fastest-levenshtein';

/** Whether a mistyped word can hardly mean anything else: at most a third of it differs. Ignores case. */
export const isClose = (typed: string, word: string): boolean =>
  distance(typed.toLowerCase(), word.toLowerCase()) <= Math.max(typed.length, word.length) / 3;

const initialOf = (word: string) => word.replace('/', '').slice(0, 1).toLowerCase();

/**
 * The word nearest to a mistyped one, if it is close, or begins with the same letter and at least half of it matches.
 * Ignores case.
 */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const near = words
    .map((word) => ({ word, slips: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(
      ({ word, slips }) =>
        isClose(typed, word) ||
        (slips <= Math.max(typed.length, word.length) / 2 && initialOf(typed) === initialOf(word)),
    )
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.word;
}
