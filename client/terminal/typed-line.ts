import { splitGraphemes, textCells } from './cell-width.ts';
import { printable } from './printable.ts';

/** The state of the line editor. `cursor` counts UTF-16 units of the text. */
export interface TypedLine {
  readonly prompt: string;
  readonly text: string;
  readonly cursor: number;
}

/** One row of the line on the screen. */
export interface TypedRow {
  /** The part of the prompt in this row, and of the text. */
  readonly prompt: string;
  readonly text: string;
}

export interface TypedRows {
  readonly rows: readonly TypedRow[];
  /** The row with the cursor, and the text before the cursor in it. */
  readonly cursor: { readonly row: number; readonly before: TypedRow };
}

interface Cell {
  readonly shown: string;
  readonly isPrompt: boolean;
  /** The offset at which the next row begins. */
  readonly end: number;
}

/**
 * Wraps the typed line into rows that fit the width in every terminal. If there are more rows than the window has, it
 * returns those around the cursor.
 */
export function wrapTypedLine(typed: TypedLine, width: number, height: number): TypedRows {
  const rows = wrap([...cells(typed.prompt, true), ...cells(typed.text, false)], Math.max(width, 2));
  const isBefore = (cell: Cell) => cell.isPrompt || cell.end <= typed.cursor;
  // A cursor between two rows is at the end of the first one, not at the start of the second.
  const at = Math.max(
    rows.findLastIndex((row) => row.some(isBefore)),
    0,
  );
  const from = Math.min(Math.max(0, at - Math.floor(height / 2)), Math.max(0, rows.length - height));
  return {
    rows: rows.slice(from, from + height).map(show),
    cursor: { row: at - from, before: show((rows[at] ?? []).filter(isBefore)) },
  };
}

function cells(text: string, isPrompt: boolean): Cell[] {
  let end = 0;
  return splitGraphemes(text).map((grapheme) => {
    end += grapheme.length;
    return { shown: printable(grapheme), isPrompt, end };
  });
}

function wrap(all: readonly Cell[], width: number): Cell[][] {
  const rows: Cell[][] = [[]];
  let used = 0;
  for (const cell of all) {
    const wide = textCells(cell.shown);
    if (used > 0 && used + wide > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)?.push(cell);
    used += wide;
  }
  return rows;
}

function show(row: readonly Cell[]): TypedRow {
  const part = (isPrompt: boolean) =>
    row
      .filter((cell) => cell.isPrompt === isPrompt)
      .map(({ shown }) => shown)
      .join('');
  return { prompt: part(true), text: part(false) };
}
