/**
 * Splits a text into words as a shell does: at blanks, but not within quotes or after a backslash. Nothing is expanded.
 * @param escapes Whether a backslash and single quotes are the shell's. On Windows a backslash separates folders, and
 *   both are parts of names.
 * @returns undefined if a quote is not closed.
 */
export function shellWords(text: string, escapes = true): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  const characters = [...text][Symbol.iterator]();
  for (const character of characters) {
    if (character === quote) quote = undefined;
    else if (character === '\\' && escapes && quote !== "'") {
      const next: string = characters.next().value ?? '\\';
      // Within double quotes a backslash escapes only these.
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? character : '') + next;
    } else if (quote === undefined && (character === '"' || (character === "'" && escapes))) {
      quote = character;
      word ??= '';
    } else if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}
