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
  /** A program, with its arguments, that runs the client. */
  readonly under?: readonly string[];
  /** The room that a client joins. */
  readonly url?: string;
  /** Where the client runs; its arguments must be understood from there. */
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
  /** Whether the terminal, when its width changes, wraps the line with the cursor anew too, as some do. */
  readonly reflowCursorLine?: boolean;
  /** How wide the terminal draws a family or a flag: each of its code points, as most do; or the whole, in two cells. */
  readonly widths?: 'code points' | 'graphemes';
  /** Beside this process's environment, without what it says of colours: those of the terminal are what counts. */
  readonly env?: Readonly<Record<string, string>>;
}

const coloursSwitches: ReadonlySet<string> = new Set(['NO_COLOR', 'FORCE_COLOR', 'COLORTERM', 'CI', 'TMUX']);

/** A row without the time stamp that it must begin with. */
export function withoutTime(row: string | undefined): string | undefined {
  return /^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d (.*)$/.exec(row ?? '')?.[1];
}

/** Someone in front of a real terminal, in which the terminal client runs: types, and reads the screen. */
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

  /** Resolves when the client has drawn for the new size. */
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

  /** What is and was on the screen, top to bottom, a wrapped line as its rows; without white space at their end, and empty rows at the last. */
  get rows(): string[] {
    const rows = Array.from(
      { length: this.buffer.length },
      (_, index) => this.buffer.getLine(index)?.translateToString(true).trimEnd() ?? '',
    );
    return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
  }

  /** Everything that the terminal was told, as it was. */
  get output(): string {
    return this.#output;
  }

  /** The terminal's own buffer, with its colours. */
  get buffer(): xterm.IBuffer {
    return this.#terminal.buffer.active;
  }

  /** Where the cursor is: the index of its row in `rows`, and its column. */
  get cursor(): { row: number; column: number } {
    const { baseY, cursorY, cursorX } = this.buffer;
    return { row: baseY + cursorY, column: cursorX };
  }

  /**
   * Resolves when the screen is so.
   * @throws After 10 seconds, with what is on the screen.
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
      }, 10_000);
      this.#watchers.add(watcher);
      watcher();
    });
  }

  /** Resolves when the last row of the screen is this one. */
  seeLast(row: string): Promise<void> {
    return this.see((rows) => rows.at(-1) === row);
  }

  /** Has the terminal itself go away, as when its window is closed: what runs in it finds out by what the system tells. */
  hangUp(): void {
    // What its types keep to themselves.
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  /** Ends what runs in the terminal, and takes it away. */
  close(): void {
    this.#pty.kill('SIGHUP');
    this.#terminal.dispose();
  }
}
