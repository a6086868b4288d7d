import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IPty, spawn } from '@lydell/node-pty';
import { Unicode11Addon } from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { graphemeWidths } from './grapheme-widths.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

export interface TypistOptions {
  /** The client's program and arguments, run with this Node. */
  readonly args?: readonly string[];
  /** A program with arguments that runs the client, such as a shell. */
  readonly under?: readonly string[];
  /** The room's address. */
  readonly url?: string;
  /** The client's working directory. Relative arguments refer to it. */
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
  /** Whether the terminal also rewraps the line with the cursor when its width changes, as some terminals do. */
  readonly reflowCursorLine?: boolean;
  /** How the terminal measures a family or a flag: by code point, as most do, or as one grapheme of two cells. */
  readonly widths?: 'code points' | 'graphemes';
  /** Whether the terminal marks pastes, and says so when it is asked. */
  readonly marksPastes?: boolean;
  /** Added to this process's environment, from which the colour settings are removed. */
  readonly env?: Readonly<Record<string, string>>;
}

const coloursSwitches: ReadonlySet<string> = new Set(['NO_COLOR', 'FORCE_COLOR', 'COLORTERM', 'CI', 'TMUX']);

/** A row without its time stamp, which it must have. */
export function withoutTime(row: string | undefined): string | undefined {
  return /^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d (.*)$/.exec(row ?? '')?.[1];
}

/** Drives the terminal client in a real terminal: types, and reads the screen. */
export class TerminalDriver {
  readonly #pty: IPty;
  readonly #terminal: xterm.Terminal;
  readonly #watchers = new Set<() => void>();
  #output = '';
  /** Resolves with the client's exit code. */
  readonly exited: Promise<number>;

  constructor({
    args = [join(project, 'dist/client/chat.mjs')],
    under = [],
    url,
    cwd = project,
    columns = 80,
    rows = 24,
    reflowCursorLine = false,
    widths = 'code points',
    marksPastes = true,
    env = {},
  }: TypistOptions) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, reflowCursorLine, allowProposedApi: true });
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.register({ ...graphemeWidths });
    this.#terminal.unicode.activeVersion = widths === 'graphemes' ? graphemeWidths.version : '11';
    const inherited = Object.entries(process.env).filter(([name]) => !coloursSwitches.has(name));
    const [program = process.execPath, ...rest] = [
      ...under,
      process.execPath,
      ...args,
      ...(url === undefined ? [] : ['--url', url]),
    ];
    this.#pty = spawn(program, rest, {
      cols: columns,
      rows,
      cwd,
      name: env['TERM'] ?? 'xterm-256color',
      env: { ...Object.fromEntries(inherited), ...env },
    });
    this.#pty.onData((data) => {
      this.#output += data;
      this.#terminal.write(data, () => {
        for (const watcher of this.#watchers) watcher();
      });
    });
    // The terminal's answers to the program.
    if (marksPastes) this.#terminal.onData((data) => this.#pty.write(data));
    this.exited = new Promise((resolve) => this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  /** The process that runs in the terminal. */
  get pid(): number {
    return this.#pty.pid;
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** Types a line, and Enter. */
  enter(line: string): void {
    this.type(`${line}\r`);
  }

  /** Pastes a text, as a terminal that marks pastes does. */
  paste(text: string): void {
    this.type(`\u001b[200~${text.replace(/\r?\n/g, '\r')}\u001b[201~`);
  }

  /** Resizes the terminal. Resolves when the client has redrawn. */
  resize(columns: number, rows: number): Promise<void> {
    return new Promise((resolve) => {
      const drawn = () => {
        this.#watchers.delete(drawn);
        resolve();
      };
      this.#watchers.add(drawn);
      this.#terminal.resize(columns, rows);
      this.#pty.resize(columns, rows);
    });
  }

  /** The rows of the screen and its scrollback, top to bottom, without trailing white space and trailing empty rows. */
  get rows(): string[] {
    const rows = Array.from(
      { length: this.buffer.length },
      (_, index) => this.buffer.getLine(index)?.translateToString(true).trimEnd() ?? '',
    );
    return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
  }

  /** The messages on the screen, from top to bottom: the rows that begin with a time, without that time. */
  get said(): string[] {
    return this.rows.flatMap((row) => withoutTime(row) ?? []);
  }

  /** The raw output to the terminal. */
  get output(): string {
    return this.#output;
  }

  /** The terminal's own buffer, with its colours. */
  get buffer(): xterm.IBuffer {
    return this.#terminal.buffer.active;
  }

  /** The position of the cursor: the index of its row in `rows`, and its column. */
  get cursor(): { row: number; column: number } {
    const { baseY, cursorY, cursorX } = this.buffer;
    return { row: baseY + cursorY, column: cursorX };
  }

  /**
   * Resolves when the screen matches.
   * @throws Error with the screen's content after 40 seconds.
   */
  see(isSo: (rows: string[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const watcher = () => {
        if (!isSo(this.rows)) return;
        this.#watchers.delete(watcher);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(watcher);
        reject(new Error(`not seen; the screen is:\n${this.rows.join('\n')}`));
      }, 40_000);
      this.#watchers.add(watcher);
      watcher();
    });
  }

  /** Resolves when the last row of the screen is this one. */
  seeLast(row: string): Promise<void> {
    return this.see((rows) => rows.at(-1) === row);
  }

  /** Closes the terminal, as when its window is closed. The system tells the program that runs in it. */
  hangUp(): void {
    // Not part of its public types.
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  /** Ends the program and the terminal. */
  close(): void {
    this.#pty.kill('SIGHUP');
    this.#terminal.dispose();
  }
}
