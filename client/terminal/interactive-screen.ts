import { createInterface, emitKeypressEvents, type Interface, type Key } from 'node:readline';
import { Writable } from 'node:stream';
import { inColumns } from './columns.ts';
import { type Completion, commonBeginning } from './completion.ts';
import type { Line, Printed, Style } from './line.ts';
import { LiveArea } from './live-area.ts';
import { Painter } from './painter.ts';
import { printable } from './printable.ts';
import type { ReadKind, Screen } from './screen.ts';
import { editWholeCharacters } from './whole-characters.ts';

const clearScreen = '\u001b[H\u001b[2J';
/** As many users as this stand below one another, as in the original; more stand in columns. */
const usersInOneColumn = 10;

/** Milliseconds after Ctrl+Z. A program that still runs then cannot be stopped, because no shell could continue it. */
const stopping = 200;

/** Beside what a screen is asked to read: whether more is to be printed. */
type Kind = ReadKind | 'more';

export interface InteractiveOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Ctrl+C. */
  interrupted(): void;
  /** What a command that begins like this can go on with. */
  complete(line: string): Completion | Promise<Completion>;
}

/** A terminal with a line editor. Incoming lines are printed above the line being typed. */
export class InteractiveScreen implements Screen {
  readonly isAttended = true;
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  readonly #painter: Painter;
  readonly #live: LiveArea;
  readonly #readline: Interface;
  readonly #complete: InteractiveOptions['complete'];
  readonly #typedAhead: string[] = [];
  #history: string[] = [];
  #reader: ((line: string | undefined) => void) | undefined;
  #kind: Kind = 'answer';
  #prompt = '';
  #status: readonly Line[] = [];
  #drawing: NodeJS.Immediate | undefined;
  /** The Tab that counts: the last one. */
  #lastTab = 0;
  #completion: Completion | undefined;
  #hasEnded = false;

  constructor({ input, output, interrupted, complete }: InteractiveOptions) {
    this.#input = input;
    this.#output = output;
    this.#painter = new Painter(output.getColorDepth());
    this.#live = new LiveArea(output, this.#painter);
    this.#complete = complete;
    // Before the editor's own listener, which would submit a half-typed line when the terminal is gone.
    input.prependListener('end', () => this.endInput());
    // Without the editor as its second argument: else it would put what is pasted at the line's end, wherever the cursor is.
    emitKeypressEvents(input);
    this.#readline = createInterface({
      input,
      // Node's editor edits, and we draw: docs/decisions/0030 says why.
      output: new Writable({ write: (_chunk, _encoding, done) => done() }),
      terminal: true,
      prompt: '',
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#completions(line),
    });
    this.#readline.on('line', (line) => this.#take(line));
    this.#readline.on('history', (history) => this.#forgetAnswer(history));
    this.#readline.on('SIGINT', interrupted);
    this.#readline.on('SIGTSTP', () => this.#stop());
    process.on('SIGCONT', this.#comeBack);
    this.#readline.on('close', () => this.endInput());
    // The terminal can be read no more.
    this.#readline.on('error', () => this.endInput());
    editWholeCharacters(input, this.#readline);
    input.on('keypress', (_text, key: Key) => {
      if (key.ctrl && key.name === 'l') this.#clear();
      this.#drawSoon();
    });
    output.on('resize', () => this.#drawSoon());
    // The terminal is gone.
    output.on('error', () => this.endInput());
  }

  print(...lines: Printed[]): void {
    const rows = this.#setOut(lines);
    if (rows.length > 0) this.#draw(rows);
  }

  async page(lines: readonly Printed[]): Promise<void> {
    const rest = this.#setOut(lines);
    for (;;) {
      this.#draw(this.#takeScreenful(rest));
      if (rest.length === 0) return;
      const typed = await this.#read(`-- ${rest.length} more: Enter goes on, q ends --`, 'more');
      if (typed === undefined || typed.trim() === 'q') return;
      if (typed.trim() === '') continue;
      // Any other text is the next command.
      this.#typedAhead.unshift(typed);
      return;
    }
  }

  status(...lines: Line[]): void {
    this.#status = lines;
    this.#drawSoon();
  }

  read(prompt: string, kind: ReadKind): Promise<string | undefined> {
    return this.#read(prompt, kind);
  }

  withdraw(): void {
    if (!this.#reader) return;
    this.#leave(this.#readline.line);
    for (const name of ['e', 'u']) this.#readline.write(null, { ctrl: true, name });
    this.#deliver(undefined);
  }

  endInput(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearImmediate(this.#drawing);
    // An unfinished line stays on the screen; the next output begins below it.
    if (this.#reader && this.#kind !== 'more') this.#leave(this.#readline.line);
    else this.#live.replace();
    process.off('SIGCONT', this.#comeBack);
    this.#readline.close();
    this.#deliver(undefined);
  }

  #read(prompt: string, kind: Kind): Promise<string | undefined> {
    this.#kind = kind;
    this.#prompt = prompt;
    const typed = this.#typedAhead.shift();
    if (typed !== undefined) {
      if (kind !== 'command') this.#forget(typed);
      this.#leave(typed);
      return Promise.resolve(typed);
    }
    if (this.#hasEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#drawSoon();
    });
  }

  #take(line: string): void {
    if (this.#hasEnded) return;
    if (this.#reader) {
      this.#leave(line);
      this.#deliver(line);
    } else this.#typedAhead.push(line);
    this.#drawSoon();
  }

  #deliver(line: string | undefined): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.(line);
  }

  /** Prints the typed line permanently. The terminal wraps it, so that it is copied as one line. */
  #leave(line: string): void {
    const prompt = this.#painter.paint('strong', this.#prompt);
    this.#prompt = '';
    if (this.#kind === 'more') this.#live.replace();
    else this.#live.replace(prompt + (this.#kind === 'secret' ? '' : printable(line)));
  }

  /** Draws after all pending input, such as a paste, has been read. */
  #drawSoon(): void {
    this.#drawing ??= setImmediate(() => this.#draw());
  }

  #draw(printed: readonly string[] = []): void {
    clearImmediate(this.#drawing);
    this.#drawing = undefined;
    if (this.#hasEnded) return this.#live.replace(...printed);
    // What is typed before it is asked for may be a password, unless a command is under way.
    const isSecret = this.#kind === 'secret' || (this.#kind === 'answer' && !this.#reader);
    const typed = isSecret ? { text: '', cursor: 0 } : { text: this.#readline.line, cursor: this.#readline.cursor };
    const above = this.#status.map((line) => this.#painter.line(line));
    this.#live.draw({ above, typed: { prompt: this.#prompt, ...typed } }, printed);
  }

  #setOut(lines: readonly Printed[]): string[] {
    return lines.flatMap((line) => {
      if (typeof line === 'string' || 'text' in line) return this.#painter.stampedRows(line, this.#live.columns);
      return this.#setOutNames(line.users, 'user', line.users.length > usersInOneColumn ? this.#live.columns : 0);
    });
  }

  #setOutNames(names: readonly string[], style: Style, width: number): string[] {
    return inColumns(names.map(printable), width).map((row) =>
      row.map(({ name, indent }) => ' '.repeat(indent) + this.#painter.paint(style, name)).join(''),
    );
  }

  /** Takes off as many lines as fit the screen, above a question. */
  #takeScreenful(lines: string[]): string[] {
    let room = this.#live.rows - 1;
    const end = lines.findIndex((line) => {
      room -= this.#live.rowsOf(line);
      return room < 0;
    });
    return lines.splice(0, end < 0 ? lines.length : Math.max(1, end));
  }

  /** The editor reads no input while it waits for a completion, so a result is passed to it with a second, simulated Tab. */
  #completions(line: string): [string[], string] {
    const completion = this.#completion;
    this.#completion = undefined;
    if (completion) return [[...completion.candidates], completion.of];
    if (this.#kind === 'command') void this.#findCompletion(line);
    return [[], line];
  }

  async #findCompletion(line: string): Promise<void> {
    this.#lastTab += 1;
    const tab = this.#lastTab;
    const completion = await this.#complete(line);
    if (this.#hasEnded || tab !== this.#lastTab) return;
    // The user typed on: the completion would end up inside the text.
    if (this.#readline.line.slice(0, this.#readline.cursor) !== line) return;
    const { candidates, of } = completion;
    if (candidates.length > 1 && commonBeginning(candidates).length <= of.length) {
      this.#draw(
        this.#setOutNames(
          candidates.map((word) => word.trimEnd()),
          'quiet',
          this.#live.columns,
        ),
      );
    }
    this.#completion = completion;
    this.#readline.write(null, { name: 'tab' });
    this.#drawSoon();
  }

  /** Only commands are worth remembering, and a password must not be. */
  #forgetAnswer(history: string[]): void {
    this.#history = history;
    if (this.#kind !== 'command' && this.#kind !== 'more') history.shift();
  }

  #forget(line: string): void {
    const at = this.#history.indexOf(line);
    if (at >= 0) this.#history.splice(at, 1);
  }

  #clear(): void {
    this.#output.write(clearScreen);
    this.#live.forget();
  }

  /** Stops the program and its parents, such as npm, as the terminal does outside raw mode. */
  #stop(): void {
    this.#input.setRawMode(false);
    process.kill(0, 'SIGTSTP');
    setTimeout(() => this.#hasEnded || this.#input.setRawMode(true), stopping);
  }

  /** The program continues after a stop. Another program may have changed the terminal's mode in between. */
  readonly #comeBack = () => {
    if (this.#hasEnded) return;
    this.#input.setRawMode(false);
    this.#input.setRawMode(true);
    this.#live.forget();
    this.#drawSoon();
  };
}
