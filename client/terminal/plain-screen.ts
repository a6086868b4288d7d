import { createInterface, type Interface } from 'node:readline';
import type { Line, Printed } from './line.ts';
import { columnsOf, Painter } from './painter.ts';
import type { Screen } from './screen.ts';

/** A screen for input or output that is no terminal: no prompts, no echo, lines in and lines out. */
export class PlainScreen implements Screen {
  readonly isAttended = false;
  readonly #readline: Interface;
  readonly #lines: AsyncIterator<string>;
  readonly #output: NodeJS.WritableStream;
  readonly #painter: Painter;
  readonly #ended: Promise<undefined>;
  #end: () => void = () => {};
  /** The line that comes next, if one has been waited for. */
  #next: Promise<IteratorResult<string>> | undefined;
  #withdraw: () => void = () => {};
  #hasEnded = false;

  /**
   * @param broken Called when the output is closed.
   * @param colourDepth In bits; 1 is none.
   */
  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, broken: () => void, colourDepth = 1) {
    this.#output = output;
    this.#painter = new Painter(colourDepth);
    this.#readline = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    // It can be read no more: a folder, a terminal that is gone.
    this.#readline.on('error', () => this.endInput());
    this.#lines = this.#readline[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => {
      this.#end = () => resolve(undefined);
    });
    output.on('error', broken);
  }

  print(...lines: Printed[]): void {
    const rows = lines.flatMap((line) =>
      typeof line === 'object' && 'users' in line
        ? line.users.map((user) => this.#painter.paint('user', user))
        : this.#rows(line),
    );
    if (rows.length > 0) this.#output.write(`${rows.join('\n')}\n`);
  }

  #rows(line: Line): string[] {
    const columns = columnsOf(this.#output);
    const isDated = typeof line === 'object' && line.isDated === true;
    return isDated ? this.#painter.stampedRows(line, columns) : this.#painter.rows(line, columns);
  }

  async page(lines: readonly Printed[]): Promise<void> {
    this.print(...lines);
  }

  /** A file gets no status lines. */
  status(): void {}

  async read(): Promise<string | undefined> {
    if (this.#hasEnded) return undefined;
    this.#next ??= this.#lines.next();
    const withdrawn = new Promise<undefined>((resolve) => {
      this.#withdraw = () => resolve(undefined);
    });
    const line = await Promise.race([this.#next, withdrawn, this.#ended]);
    if (line === undefined) return undefined;
    this.#next = undefined;
    return line.done ? undefined : line.value;
  }

  withdraw(): void {
    this.#withdraw();
  }

  endInput(): void {
    this.#hasEnded = true;
    this.#end();
    this.#readline.close();
  }
}
