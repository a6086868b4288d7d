import { Writable } from 'node:stream';

/** The terminal as Node's line editor sees it: what it draws can be muted, and it learns of a new width when told to. */
export class EchoOutput extends Writable {
  readonly #terminal: NodeJS.WriteStream;
  isMuted = false;
  columns: number;

  constructor(terminal: NodeJS.WriteStream) {
    super({ decodeStrings: false });
    this.#terminal = terminal;
    this.columns = terminal.columns;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (!this.isMuted) this.#terminal.write(chunk);
    // Not when it is written but now: else a line printed past the editor could overtake what it drew before.
    done();
  }
}
