import { printable } from './printable.ts';

const bell = '\u0007';
const osc = '\u001b]';
/** Saves the window's title on the terminal's stack, and restores it. */
const pushTitle = '\u001b[22;2t';
const popTitle = '\u001b[23;2t';

/** Milliseconds between two bells. */
const quietTime = 1000;

/** Terminals that are known to take a title. Others might print it. */
const titled = /^(xterm|rxvt|screen|tmux|foot|alacritty|konsole|gnome|vte|wezterm|ghostty|contour|st-|kitty)/;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tells a user who looks elsewhere that something was said: by a bell, by a notification of the desktop where the
 * terminal has them (OSC 9 or 777), and by the number of unread messages in the window's title. Any input means that
 * the user looks.
 */
export class Attention {
  readonly #input: NodeJS.ReadableStream;
  readonly #output: NodeJS.WritableStream;
  readonly #environment: Environment;
  readonly #isTitled: boolean;
  #title: string | undefined;
  #unread = 0;
  #lastCall = 0;

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream, environment: Environment = process.env) {
    this.#input = input;
    this.#output = output;
    this.#environment = environment;
    this.#isTitled = titled.test(environment['TERM'] ?? '');
  }

  /** Shows a title until the end of the program. Nothing is told before. */
  begin(title: string): void {
    this.#title = printable(title);
    this.#input.on('data', this.#looks);
    // Also if the program is interrupted twice. The terminal is written to synchronously.
    process.once('exit', this.#end);
    if (this.#isTitled) this.#output.write(pushTitle);
    this.#showTitle();
  }

  /** Counts a message. @param summary Tells the user at once. */
  said(summary: string | undefined): void {
    if (this.#title === undefined) return;
    this.#unread += 1;
    this.#showTitle();
    if (summary === undefined || Date.now() - this.#lastCall < quietTime) return;
    this.#lastCall = Date.now();
    this.#output.write(bell + notification(this.#title, printable(summary), this.#environment));
  }

  /** Restores the window's title. */
  end(): void {
    process.off('exit', this.#end);
    this.#end();
  }

  readonly #end = () => {
    if (this.#title === undefined) return;
    this.#title = undefined;
    this.#input.off('data', this.#looks);
    // A terminal without a stack of titles shows its own again.
    if (this.#isTitled) this.#output.write(`${osc}2;${bell}${popTitle}`);
  };

  readonly #looks = () => {
    if (this.#unread === 0) return;
    this.#unread = 0;
    this.#showTitle();
  };

  #showTitle(): void {
    if (!this.#isTitled) return;
    const count = this.#unread > 0 ? `(${this.#unread}) ` : '';
    this.#output.write(`${osc}2;${count}${this.#title}${bell}`);
  }
}

/** The sequence by which a terminal notifies the desktop; nothing for a terminal that is not known to have one. */
export function notification(title: string, body: string, environment: Environment): string {
  const { TERM = '', TERM_PROGRAM = '', VTE_VERSION } = environment;
  // A multiplexer passes on the bell.
  if (/^(screen|tmux)/.test(TERM)) return '';
  if (/^(iTerm\.app|WezTerm|ghostty)$/.test(TERM_PROGRAM) || /^xterm-(kitty|ghostty)$/.test(TERM)) {
    return `${osc}9;${body}${bell}`;
  }
  if (/^(foot|rxvt-unicode|contour)/.test(TERM) || VTE_VERSION !== undefined) {
    return `${osc}777;notify;${title.replaceAll(';', ',')};${body.replaceAll(';', ',')}${bell}`;
  }
  return '';
}
