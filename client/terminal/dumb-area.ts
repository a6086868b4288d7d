import type { Area, LiveView } from './area.ts';
import { textCells } from './cell-width.ts';
import { wrapTypedLine } from './typed-line.ts';

/**
 * The line being typed in a terminal that only prints: its cursor moves by backspace. The line has one row, which shows
 * the part around the cursor. There are no status lines.
 */
export class DumbArea implements Area {
  readonly #output: NodeJS.WriteStream;
  /** What stands in the row, and how much of it is before the cursor. */
  #shown = '';
  #before = '';

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  draw({ typed }: LiveView, printed: readonly string[] = []): void {
    if (printed.length > 0) this.replace(...printed);
    const { rows, cursor } = wrapTypedLine(typed, this.columns - 1, 1);
    const [text = '', before] = [rows[0], cursor.before].map((row) => (row ? row.prompt + row.text : ''));
    this.#write(text, before ?? '');
  }

  replace(...printed: string[]): void {
    if (printed.length === 0) return this.#write('', '');
    const [first = ''] = printed;
    // The line that was typed stays where it is.
    if (first.startsWith(this.#shown)) this.#output.write(`${'\b'.repeat(textCells(this.#before))}`);
    else this.#output.write('\n');
    this.#output.write(printed.map((line) => `${line}\n`).join(''));
    this.forget();
  }

  forget(): void {
    this.#shown = '';
    this.#before = '';
  }

  rowsOf(line: string): number {
    return Math.max(1, Math.ceil(textCells(line) / this.columns));
  }

  /** Overwrites the row from the first character that differs. */
  #write(text: string, before: string): void {
    if (text === this.#shown && before === this.#before) return;
    const rest = Math.max(0, textCells(this.#shown) - textCells(text));
    this.#output.write(
      '\b'.repeat(textCells(this.#before)) +
        text +
        ' '.repeat(rest) +
        '\b'.repeat(rest + textCells(text) - textCells(before)),
    );
    this.#shown = text;
    this.#before = before;
  }
}
