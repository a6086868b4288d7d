import type { TypedLine } from './typed-line.ts';

/** The content below the printed lines. */
export interface LiveView {
  /** The lines above the input line, one row each. They are already escaped. */
  readonly above: readonly string[];
  readonly typed: TypedLine;
}

/** The bottom of a terminal: the status lines and the line being typed. */
export interface Area {
  readonly columns: number;
  readonly rows: number;
  /** Redraws the area. Prints these lines permanently above it. */
  draw(view: LiveView, printed?: readonly string[]): void;
  /** Removes the area and prints these lines in its place. */
  replace(...printed: string[]): void;
  /** Call this after other output on the terminal. The cursor must be at the start of a row. */
  forget(): void;
  /** How many rows a terminal makes of a line. */
  rowsOf(line: string): number;
}
