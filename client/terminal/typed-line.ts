import { splitGraphemes, textCells } from './cell-width.ts';
import { printable } from './printable.ts';

/** A line being typed, as the editor knows it; the cursor counts UTF-16 units of the text. */
export interface TypedLine {
  readonly prompt: string;
  readonly text: string;
  readonly cursor: number;
}

/** One row of it. */
export interface TypedRow {
  /** The part of the prompt that stands here, and of the text. */
  readonly prompt: string;
  readonly text: string;
}

export interface TypedRows {
  readonly rows: readonly TypedRow[];
  /** The row with the cursor, and what of it stands before the cursor. */
  readonly cursor: { readonly row: number; readonly before: TypedRow };
}

interface Cell {
  readonly shown: string;
  readonly isPrompt: boolean;
  /** Where the text goes on after it. */
  readonly end: number;
}

/**
 * Wraps what is being typed into rows, of which no terminal draws one wider than told. No more rows come than there
 * is room for: those around the cursor.
 */
export function wrapTypedLine(typed: TypedLine, width: number, height: number): TypedRows {
  const rows = wrap([...cells(typed.prompt, true), ...cells(typed.text, false)], Math.max(width, 2));
  const isBefore = (cell: Cell) => cell.isPrompt || cell.end <= typed.cursor;
  // A cursor between two rows stands behind the last character of the one, not in front of the first of the other.
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
