/** The text after a command's name: the rest of a typed line, or the remaining arguments of a program. */
export type Input = string | readonly string[];

/**
 * Splits off the first word. In a typed line a single white-space character ends it, so that a text keeps any further
 * blanks.
 */
export function takeWord(input: Input): { readonly word: string; readonly rest: Input } {
  if (typeof input !== 'string') return { word: input[0] ?? '', rest: input.slice(1) };
  const line = input.trimStart();
  const end = line.search(/\s/);
  return end < 0 ? { word: line, rest: '' } : { word: line.slice(0, end), rest: line.slice(end + 1) };
}

/** Splits off up to `count` words, joined by single blanks. */
export function takeWords(input: Input, count: number): { readonly words: string; readonly rest: Input } {
  const words: string[] = [];
  let rest = input;
  while (words.length < count) {
    const taken = takeWord(rest);
    if (taken.word === '') break;
    words.push(taken.word);
    rest = taken.rest;
  }
  return { words: words.join(' '), rest };
}

/** The whole input as one text, as typed. */
export const textOf = (input: Input): string => (typeof input === 'string' ? input : input.join(' '));
