import { eastAsianWidth } from 'get-east-asian-width';

/** Combining marks, joiners, variation selectors: they join the character before them and take no cell. */
const zeroWidth = /^[\p{M}\p{Cf}]$/u;
/** The variation selector that requests a character's wide emoji form. */
const emojiVariation = '\ufe0f';

const ascii = /^[\x20-\x7e]*$/;

const graphemes = new Intl.Segmenter();

/** The graphemes of a text: a family or a flag is one. */
export function splitGraphemes(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/**
 * The maximum width of a grapheme in cells. Terminals disagree: some draw a family in two cells, others draw each of
 * its members in two.
 */
function cellsAtMost(grapheme: string): number {
  let cells = 0;
  for (const character of grapheme) {
    if (!zeroWidth.test(character)) cells += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return grapheme.includes(emojiVariation) ? Math.max(cells, 2) : cells;
}

/** The maximum width of a text in cells. */
export function textCells(text: string): number {
  if (ascii.test(text)) return text.length;
  return splitGraphemes(text).reduce((cells, grapheme) => cells + cellsAtMost(grapheme), 0);
}
