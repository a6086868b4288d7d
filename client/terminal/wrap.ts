import { splitGraphemes, textCells } from './cell-width.ts';

/** Some escaped text, and how it is coloured. */
export interface Piece {
  readonly text: string;
  readonly paint: (text: string) => string;
}

/** Characters of addresses. A long address stays one word, so that it is copied and opened whole. */
const address = /^[\x21-\x7e]*$/;

/** Continuation rows begin with this many blanks: the width of a time stamp. Fewer in a narrow terminal. */
const indentWidth = 6;

/**
 * Breaks a line into rows, between words if possible. Rows after the first are indented. So no text can look like a
 * line of its own: without the indent, a text padded to the terminal's width would continue at the left edge, where
 * lines begin.
 *
 * A word of ASCII that is longer than a row is left to the terminal, which wraps it at the left edge. Such a word gets
 * rows of its own, and contains no blank, while every line of the chat does. A terminal that becomes narrower later
 * wraps the rows again, without an indent.
 *
 * @param wanted The indent in cells, if a terminal of this width has room for it.
 */
export function wrapPieces(pieces: readonly Piece[], columns: number, wanted?: number): Piece[][] {
  const usual = Math.max(1, Math.min(indentWidth, Math.floor(columns / 4)));
  const indent = ' '.repeat(wanted !== undefined && wanted <= columns / 2 ? wanted : usual);
  const rows: Piece[][] = [[]];
  let free = columns;
  const begin = () => {
    rows.push([]);
    free = columns - indent.length;
  };
  const put = (word: readonly Piece[], cells: number) => {
    rows.at(-1)?.push(...word);
    free -= cells;
  };
  for (const word of wordsOf(pieces)) {
    const text = textOf(word);
    const cells = textCells(text);
    if (cells <= free) put(word, cells);
    else if (text.startsWith(' ')) begin();
    else if (cells <= columns - indent.length) {
      begin();
      put(word, cells);
    } else if (address.test(text)) {
      if (rows.at(-1)?.length !== 0) begin();
      put(word, cells);
    } else {
      for (const { text: character, paint } of graphemesOf(word)) {
        const width = textCells(character);
        if (width > free) begin();
        put([{ text: character, paint }], width);
      }
    }
  }
  return rows.map((row, index) =>
    merged(index === 0 || row[0] === undefined ? row : [{ text: indent, paint: String }, ...row]),
  );
}

const textOf = (pieces: readonly { readonly text: string }[]) => pieces.map(({ text }) => text).join('');

/** Joins neighbours in one colour, which need one change of colour. */
function merged(row: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of row) {
    const last = joined.at(-1);
    if (last?.paint === piece.paint) joined.splice(-1, 1, { ...last, text: last.text + piece.text });
    else joined.push(piece);
  }
  return joined;
}

/** Words and blanks in turn. A word may have several colours. */
function wordsOf(pieces: readonly Piece[]): Piece[][] {
  const words: Piece[][] = [];
  let wasBlank: boolean | undefined;
  for (const { text, paint } of pieces) {
    for (const part of text.split(/( +)/)) {
      if (part === '') continue;
      const isBlank = part.startsWith(' ');
      if (isBlank === wasBlank) words.at(-1)?.push({ text: part, paint });
      else words.push([{ text: part, paint }]);
      wasBlank = isBlank;
    }
  }
  return words;
}

const graphemesOf = (word: readonly Piece[]) =>
  word.flatMap(({ text, paint }) => splitGraphemes(text).map((character) => ({ text: character, paint })));
