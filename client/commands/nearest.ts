import { distance } from 'fastest-levenshtein';

/** The word nearest to one that was mistyped, in whatever case, if at least half of it is the same. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const near = words
    .map((word) => ({ word, slips: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, slips }) => slips <= Math.max(typed.length, word.length) / 2)
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.word;
}
