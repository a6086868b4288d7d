import { createInterface, type Interface } from 'node:readline';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';

/** A screen for input or output that is no terminal: no prompts, no echo, lines in and lines out. */
export class PlainScreen implements Screen {
  readonly #readline: Interface;
  readonly #lines: AsyncIterator<string>;
  readonly #output: NodeJS.WritableStream;
  readonly #ended: Promise<undefined>;
  #end: () => void = () => {};
  #hasEnded = false;

  /** @param broken Called when nobody reads the output any more. */
  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, broken: () => void) {
    this.#output = output;
    this.#readline = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    this.#lines = this.#readline[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => {
      this.#end = () => resolve(undefined);
    });
    output.on('error', broken);
  }

  print(...lines: string[]): void {
    if (lines.length === 0) return;
    this.#output.write(`${lines.map(printable).join('\n')}\n`);
  }

  async read(): Promise<string | undefined> {
    if (this.#hasEnded) return undefined;
    const line = await Promise.race([this.#lines.next(), this.#ended]);
    return line === undefined || line.done ? undefined : line.value;
  }

  endInput(): void {
    this.#hasEnded = true;
    this.#end();
    this.#readline.close();
  }
}
