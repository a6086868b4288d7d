import { stripVTControlCharacters } from 'node:util';
import type { Area, LiveView } from './area.ts';
import { textCells } from './cell-width.ts';
import type { Painter } from './painter.ts';
import { type TypedRow, wrapTypedLine } from './typed-line.ts';

const csi = '\u001b[';
const eraseDown = `${csi}J`;
const eraseRight = `${csi}K`;
const wrapOff = `${csi}?7l`;
const wrapOn = `${csi}?7h`;
const up = (rows: number) => (rows > 0 ? `${csi}${rows}A` : '');

/**
 * The bottom of the screen: the status lines and the line being typed. Drawing does not depend on the terminal's
 * character widths. Each row is started explicitly and wrapping is off, so the distance to the first row is known. The
 * cursor is positioned by writing the text before it a second time.
 */
export class LiveArea implements Area {
  readonly #output: NodeJS.WriteStream;
  readonly #painter: Painter;
  /** How many rows the cursor is below the first. */
  #cursorRow = 0;

  constructor(output: NodeJS.WriteStream, painter: Painter) {
    this.#output = output;
    this.#painter = painter;
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  draw({ above, typed }: LiveView, printed: readonly string[] = []): void {
    const { rows, cursor } = wrapTypedLine(typed, this.columns - 1, Math.max(1, this.rows - above.length));
    const all = [...above.slice(Math.max(0, above.length - this.rows + 1)), ...rows.map((row) => this.#paint(row))];
    const back = rows.length - 1 - cursor.row;
    const erase = printed.length > 0 ? eraseDown : '';
    const text = printed.map((line) => `${line}\n`).join('');
    this.#output.write(
      `${up(this.#cursorRow)}\r${erase}${text}${wrapOff}${all.join(`${eraseRight}\n`)}${eraseRight}${eraseDown}` +
        `${up(back)}\r${this.#paint(cursor.before)}${wrapOn}`,
    );
    this.#cursorRow = all.length - 1 - back;
  }

  replace(...printed: string[]): void {
    this.#output.write(`${up(this.#cursorRow)}\r${eraseDown}${printed.map((line) => `${line}\n`).join('')}`);
    this.#cursorRow = 0;
  }

  forget(): void {
    this.#cursorRow = 0;
  }

  rowsOf(line: string): number {
    return Math.max(1, Math.ceil(textCells(stripVTControlCharacters(line)) / this.columns));
  }

  #paint({ prompt, text }: TypedRow): string {
    return (prompt === '' ? '' : this.#painter.paint('strong', prompt)) + text;
  }
}
