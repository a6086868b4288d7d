import type { Interface, Key } from 'node:readline';
import { limits } from '../../protocol/index.ts';
import type { Area } from './area.ts';
import { inColumns } from './columns.ts';
import type { Completion } from './completion.ts';
import { DumbArea } from './dumb-area.ts';
import { askWhetherPastesAreMarked, Keyboard } from './keyboard.ts';
import type { Line, Printed, Style } from './line.ts';
import { fitsEditor, fromEditor, lineEditor, toEditor } from './line-editor.ts';
import { LiveArea } from './live-area.ts';
import { colourDepthOf, Painter } from './painter.ts';
import { printable } from './printable.ts';
import type { ReadKind, Screen } from './screen.ts';
import { TabCompletion } from './tab-completion.ts';
import { TerminalMode } from './terminal-mode.ts';
import { editWholeCharacters } from './whole-characters.ts';

const clearScreen = '\u001b[H\u001b[2J';
/** As many users as this stand below one another, as in the original; more stand in columns. */
const usersInOneColumn = 10;

/** Terminals that understand no escape sequence. */
const dumbTerminals: ReadonlySet<string | undefined> = new Set(['dumb', 'emacs', 'unknown']);

/** Characters. No longer line can be sent as a message, so it is entered at once, and not edited. */
const longestEdited = 2 * limits.textBytes;

/** Characters of an entered line that are printed. */
const longestShown = 4000;

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

/** A line that was entered. `isPaste`: it is a pasted text, and no command. */
interface Entered {
  readonly line: string;
  readonly isPaste: boolean;
}

/** A terminal with a line editor. Incoming lines are printed above the line being typed. */
export class InteractiveScreen implements Screen {
  readonly isAttended = true;
  readonly linesRead = 0;
  readonly leftOver = undefined;
  readonly #keyboard: Keyboard;
  readonly #painter: Painter;
  readonly #isDumb = dumbTerminals.has(process.env['TERM']);
  readonly #live: Area;
  readonly #readline: Interface;
  readonly #tab: TabCompletion;
  readonly #mode: TerminalMode;
  readonly #typedAhead: Entered[] = [];
  #wasPasted = false;
  /** Whether the terminal was asked whether it marks pastes. */
  #hasAsked = false;
  #history: string[] = [];
  #reader: ((line: string | undefined) => void) | undefined;
  #kind: Kind = 'answer';
  #prompt = '';
  #status: readonly Line[] = [];
  #drawing: NodeJS.Immediate | undefined;
  #hasEnded = false;

  constructor({ input, output, interrupted, complete }: InteractiveOptions) {
    this.#painter = new Painter(colourDepthOf(output));
    this.#live = this.#isDumb ? new DumbArea(output) : new LiveArea(output, this.#painter);
    this.#tab = new TabCompletion({
      complete,
      list: (words) => this.#draw(this.#setOutNames(words, 'quiet', this.#live.columns)),
      completed: () => this.#drawSoon(),
    });
    this.#keyboard = new Keyboard(input, {
      pasted: (text) => this.#paste(text),
      // Before the first command, lines are the answers of a login.
      mayBePaste: () => this.#hasAsked,
    });
    // A half-typed line is not submitted when the terminal is gone.
    for (const event of ['end', 'error'] as const) input.on(event, () => this.endInput());
    this.#readline = lineEditor(this.#keyboard, (line) =>
      this.#tab.answer(line, this.#readline, this.#kind === 'command'),
    );
    this.#readline.on('line', (line) => this.#take({ line: fromEditor(line), isPaste: false }));
    this.#readline.on('history', (history) => this.#forgetAnswer(history));
    this.#readline.on('SIGINT', () => this.#clearHalfTyped() || interrupted());
    this.#readline.on('SIGTSTP', () => this.#mode.stop());
    this.#readline.on('close', () => this.endInput());
    editWholeCharacters(this.#keyboard, this.#readline);
    this.#keyboard.on('keypress', (_text, key: Key) => {
      if (key.ctrl && key.name === 'l') this.#clear();
      this.#drawSoon();
    });
    output.on('resize', () => this.#drawSoon());
    // The terminal is gone.
    output.on('error', () => this.endInput());
    this.#mode = new TerminalMode({
      ...{ input, output, isDumb: this.#isDumb },
      continued: () => {
        this.#live.forget();
        this.#drawSoon();
      },
      ending: () => this.endInput(),
    });
  }

  get wasPasted(): boolean {
    return this.#wasPasted;
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
      this.#typedAhead.unshift({ line: typed, isPaste: this.#wasPasted });
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
    this.#leave(this.#typed);
    this.#clearLine();
    this.#deliver(undefined);
  }

  endInput(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearImmediate(this.#drawing);
    this.#tab.cancel();
    // An unfinished line stays on the screen; the next output begins below it.
    if (this.#reader && this.#kind !== 'more') this.#leave(this.#typed);
    else this.#live.replace();
    this.#mode.end();
    this.#keyboard.close();
    this.#readline.close();
    this.#deliver(undefined);
  }

  #read(prompt: string, kind: Kind): Promise<string | undefined> {
    this.#kind = kind;
    this.#prompt = prompt;
    if (kind === 'command' && !this.#hasAsked) {
      this.#hasAsked = true;
      // A terminal that does not know the question may print a part of it, which is overwritten.
      this.#mode.control(`${askWhetherPastesAreMarked}\r`);
    }
    const typed = this.#typedAhead.shift();
    if (typed) {
      if (kind !== 'command') this.#forget(typed.line);
      this.#leave(typed.line);
      this.#wasPasted = typed.isPaste;
      return Promise.resolve(typed.line);
    }
    if (this.#hasEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#drawSoon();
    });
  }

  /** The line being typed. */
  get #typed(): string {
    return fromEditor(this.#readline.line);
  }

  /** Whether commands are read, and no answers. */
  get #readsCommands(): boolean {
    return this.#kind === 'command' || this.#kind === 'more';
  }

  #take(entered: Entered): void {
    if (this.#hasEnded) return;
    if (this.#reader) {
      this.#leave(entered.line);
      this.#wasPasted = entered.isPaste;
      this.#deliver(entered.line);
    } else this.#typedAhead.push(entered);
    this.#drawSoon();
  }

  /**
   * Inserts a pasted text into the line being typed. It is never submitted: the user presses Enter. Several lines
   * without a typed command before them are entered at once, as a text.
   */
  #paste(pasted: string | undefined): void {
    if (this.#hasEnded) return;
    const text = pasted?.replace(/\r\n?/g, '\n').replace(/\n$/, '');
    const { line, cursor } = this.#readline;
    const isLong = text === undefined || line.length + text.length > longestEdited;
    if (text === undefined || (isLong && !this.#readsCommands)) return this.print('What you have pasted is too long.');
    const isAlone = line.trim() === '';
    const isText = (isAlone && text.includes('\n')) || !fitsEditor(text);
    if (!this.#readsCommands || (!isText && !isLong)) this.#readline.write(toEditor(text));
    else {
      // The client asks about a line that is too long for a message before it sends anything.
      const whole = isText ? text : fromEditor(line.slice(0, cursor)) + text + fromEditor(line.slice(cursor));
      this.#clearLine();
      this.#take({ line: whole, isPaste: isText || isAlone });
    }
    this.#drawSoon();
  }

  #clearLine(): void {
    for (const name of ['e', 'u']) this.#readline.write(null, { ctrl: true, name });
  }

  /** Clears a half-typed command. @returns whether there was one. */
  #clearHalfTyped(): boolean {
    if (!this.#reader || this.#kind !== 'command' || this.#readline.line === '') return false;
    this.#clearLine();
    this.#drawSoon();
    return true;
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
    else if (this.#kind === 'secret') this.#live.replace(prompt);
    else
      this.#live.replace(prompt + printable(line.slice(0, longestShown)) + (line.length > longestShown ? ' ...' : ''));
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
    const typed = isSecret ? { text: '', cursor: 0 } : { text: this.#typed, cursor: this.#readline.cursor };
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

  /** Only commands are worth remembering, and a password must not be. */
  #forgetAnswer(history: string[]): void {
    this.#history = history;
    if (!this.#readsCommands) history.shift();
  }

  #forget(line: string): void {
    const at = this.#history.indexOf(toEditor(line));
    if (at >= 0) this.#history.splice(at, 1);
  }

  #clear(): void {
    if (this.#isDumb) return;
    this.#mode.control(clearScreen);
    this.#live.forget();
  }
}
