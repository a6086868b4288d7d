import type { Line, Printed } from './line.ts';
import { columnsOf, Painter } from './painter.ts';
import type { Screen } from './screen.ts';

const newline = 0x0a;

/** Bytes. No command is longer. */
const longestLine = 1024 ** 2;

/** A line of the input is not valid UTF-8. */
export class UnreadableInputError extends Error {
  override readonly name = 'UnreadableInputError';
}

/** A screen for input or output that is not a terminal: no prompts, no echo, lines in and lines out. */
export class PlainScreen implements Screen {
  readonly isAttended = false;
  readonly wasPasted = false;
  readonly #input: NodeJS.ReadableStream;
  readonly #chunks: AsyncIterator<Buffer | string>;
  readonly #output: NodeJS.WritableStream;
  readonly #painter: Painter;
  readonly #ended: Promise<undefined>;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #end: () => void = () => {};
  /** The pending read of the next chunk. A withdrawn `read` leaves it to the next one. */
  #next: Promise<IteratorResult<Buffer | string>> | undefined;
  /** Input that was read from the stream, from the next line on. */
  #unread = Buffer.alloc(0);
  #hasNoMore = false;
  #failure: string | undefined;
  #withdraw: () => void = () => {};
  #hasEnded = false;
  #linesRead = 0;

  /**
   * @param broken Called when the output is closed.
   * @param colourDepth In bits; 1 is none.
   */
  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, broken: () => void, colourDepth = 1) {
    this.#input = input;
    this.#output = output;
    this.#painter = new Painter(colourDepth);
    this.#chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
    this.#ended = new Promise((resolve) => {
      this.#end = () => resolve(undefined);
    });
    output.on('error', broken);
  }

  get linesRead(): number {
    return this.#linesRead;
  }

  get leftOver(): string | undefined {
    if (this.#failure !== undefined) return this.#failure;
    const waiting = 'readableLength' in this.#input ? Number(this.#input.readableLength) : 0;
    if (this.#unread.length + waiting === 0) return undefined;
    return `The conversation ended after line ${this.#linesRead} of the input. The rest was not carried out.`;
  }

  print(...lines: Printed[]): void {
    const text = this.#setOut(lines);
    if (text !== '') this.#output.write(text);
  }

  /** Resolves when the lines are written, or cannot be. */
  page(lines: readonly Printed[]): Promise<void> {
    const text = this.#setOut(lines);
    return new Promise((resolve) => {
      if (text === '') resolve();
      else this.#output.write(text, () => resolve());
    });
  }

  /** A file gets no status lines. */
  status(): void {}

  /** @throws {UnreadableInputError} for a line that is not valid UTF-8. The next call reads the next line. */
  async read(): Promise<string | undefined> {
    const withdrawn = new Promise<undefined>((resolve) => {
      this.#withdraw = () => resolve(undefined);
    });
    while (!this.#hasEnded) {
      const line = this.#takeLine();
      if (line) return this.#decode(line);
      if (this.#hasNoMore) return undefined;
      this.#next ??= this.#chunks.next();
      const next = await Promise.race([this.#next, withdrawn, this.#ended]).catch((error: Error) => error);
      if (next === undefined) return undefined;
      this.#next = undefined;
      if (next instanceof Error) this.#fail(`The input cannot be read: ${next.message}`);
      else if (next.done) this.#hasNoMore = true;
      else this.#unread = Buffer.concat([this.#unread, Buffer.from(next.value)]);
      if (this.#unread.length > longestLine && !this.#unread.includes(newline)) {
        this.#fail(`Line ${this.#linesRead + 1} of the input is too long. The rest was not carried out.`);
      }
    }
    return undefined;
  }

  withdraw(): void {
    this.#withdraw();
  }

  endInput(): void {
    this.#hasEnded = true;
    this.#end();
    this.#input.pause();
  }

  #fail(why: string): void {
    this.#failure = why;
    this.#unread = Buffer.alloc(0);
    this.#hasNoMore = true;
  }

  #setOut(lines: readonly Printed[]): string {
    const rows = lines.flatMap((line) =>
      typeof line === 'object' && 'users' in line
        ? line.users.map((user) => this.#painter.paint('user', user))
        : this.#rows(line),
    );
    return rows.map((row) => `${row}\n`).join('');
  }

  #rows(line: Line): string[] {
    const columns = columnsOf(this.#output);
    const isDated = typeof line === 'object' && line.isDated === true;
    return isDated ? this.#painter.stampedRows(line, columns) : this.#painter.rows(line, columns);
  }

  /** The next line, if all of it has been read. */
  #takeLine(): Buffer | undefined {
    const end = this.#unread.indexOf(newline);
    if (end < 0 && !(this.#hasNoMore && this.#unread.length > 0)) return undefined;
    const line = this.#unread.subarray(0, end < 0 ? undefined : end);
    this.#unread = this.#unread.subarray(end < 0 ? this.#unread.length : end + 1);
    this.#linesRead += 1;
    return line;
  }

  #decode(line: Buffer): string {
    try {
      return this.#decoder.decode(line).replace(/\r$/, '');
    } catch {
      throw new UnreadableInputError(`Line ${this.#linesRead} of the input is not text in UTF-8.`);
    }
  }
}
