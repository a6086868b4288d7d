import { distance } from 'fastest-levenshtein';

/** The word nearest to a mistyped one, if at least half of it matches. Ignores case. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const near = words
    .map((word) => ({ word, slips: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, slips }) => slips <= Math.max(typed.length, word.length) / 2)
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.word;
}
