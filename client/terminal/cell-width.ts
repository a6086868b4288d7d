import { eastAsianWidth } from 'get-east-asian-width';

/** Combining marks, joiners, variation selectors: they stand on what comes before them. */
const zeroWidth = /^[\p{M}\p{Cf}]$/u;
/** Asks for the picture of a character that also has a narrow form. */
const emojiVariation = '\ufe0f';

const ascii = /^[\x20-\x7e]*$/;

const graphemes = new Intl.Segmenter();

/** A text's characters as a reader counts them: a family or a flag is one. */
export function splitGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/**
 * The most cells that a terminal may take for one such character. Terminals disagree: some draw a family in the two
 * cells of one picture, others each of its members in two.
 */
export function cellsAtMost(grapheme: string): number {
  let cells = 0;
  for (const character of grapheme) {
    if (!zeroWidth.test(character)) cells += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return grapheme.includes(emojiVariation) ? Math.max(cells, 2) : cells;
}

/** The most cells that a terminal may take for a text. */
export function textCells(text: string): number {
  if (ascii.test(text)) return text.length;
  return splitGraphemes(text).reduce((cells, grapheme) => cells + cellsAtMost(grapheme), 0);
}
