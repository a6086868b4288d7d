import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const csi = '\u001b[';
const pasteStart = `${csi}200~`;
const pasteEnd = `${csi}201~`;
/** Have the terminal mark what is pasted, and ask it whether it does (DECRQM). */
export const markPastes = `${csi}?2004h`;
export const markNoPastes = `${csi}?2004l`;
export const askWhetherPastesAreMarked = `${csi}?2004$p`;
/** The terminal's answer, with `n` for a digit: 1 and 3 mean yes. */
const answer = `${csi}?2004;n$y`;

/** Milliseconds of silence after which a paste, or an unfinished sequence, is over. */
const silence = 50;
/** Milliseconds of silence after which Ctrl+C ends a paste whose end the terminal does not mark. */
const stuckAfter = 1000;
/** Nobody types so many characters between two reads. */
const mostTyped = 1024;
/** Characters. A longer paste is not kept. */
const longestPaste = 16 * 1024 ** 2;

const ctrlC = '\u0003';
/** Text after the end of a line. Enter alone may be pressed twice. */
const severalLines = /[\r\n][^\r\n]/;

const withoutDigit = (text: string) => text.replace(/\?2004;\d/, '?2004;n');

/** The end of a read, if it may be the beginning of a mark or of the answer. */
function unfinishedEnd(text: string): string {
  const last = text.lastIndexOf('\u001b');
  const end = last < 0 ? '' : text.slice(last);
  return pasteStart.startsWith(end) || answer.startsWith(withoutDigit(end)) ? end : '';
}

/** A paste that is being received. */
interface Paste {
  readonly isMarked: boolean;
  readonly pieces: string[];
  length: number;
}

export interface KeyboardOptions {
  /** Takes a pasted text; undefined if it is too long. */
  pasted(text: string | undefined): void;
  /** Whether several lines in one read are a paste if the terminal marks no pastes. Otherwise they are typed ahead. */
  mayBePaste(): boolean;
}

/**
 * Separates what is typed, which it passes on as a stream, from what is pasted. If a terminal does not mark pastes,
 * several lines in one read are a paste.
 *
 * A pasted text may contain the mark of its own end, so that the rest counts as typed. Therefore a paste lasts until
 * the terminal is silent for a moment, and ends at the last mark.
 */
export class Keyboard extends Readable {
  readonly #terminal: NodeJS.ReadStream;
  readonly #options: KeyboardOptions;
  readonly #decoder = new StringDecoder('utf8');
  #paste: Paste | undefined;
  #unfinished = '';
  #timer: NodeJS.Timeout | undefined;
  #lastRead = 0;
  #marksPastes = false;

  constructor(terminal: NodeJS.ReadStream, options: KeyboardOptions) {
    super({ encoding: 'utf8' });
    this.#terminal = terminal;
    this.#options = options;
    terminal.on('data', this.#read);
  }

  setRawMode(isRaw: boolean): void {
    this.#terminal.setRawMode(isRaw);
  }

  override _read(): void {}

  override pause(): this {
    this.#terminal.pause();
    return super.pause();
  }

  override resume(): this {
    this.#terminal.resume();
    return super.resume();
  }

  /** Passes on nothing more. */
  close(): void {
    this.#terminal.off('data', this.#read);
    clearTimeout(this.#timer);
  }

  readonly #read = (bytes: Buffer) => {
    const now = performance.now();
    const pause = now - this.#lastRead;
    this.#lastRead = now;
    const text = this.#unfinished + this.#decoder.write(bytes);
    this.#unfinished = '';
    clearTimeout(this.#timer);
    if (this.#paste && text === ctrlC && pause > stuckAfter) this.#paste = undefined;
    if (this.#paste) this.#continuePaste(this.#paste, text);
    else this.#take(text);
  };

  #take(text: string): void {
    const reply = withoutDigit(text).indexOf(answer);
    if (reply >= 0) {
      this.#marksPastes = /[13]/.test(text.charAt(reply + answer.indexOf('n')));
      return this.#take(text.slice(0, reply) + text.slice(reply + answer.length));
    }
    const start = text.indexOf(pasteStart);
    const typed = start < 0 ? text : text.slice(0, start);
    // A line before a mark may be pasted, too, together with the mark.
    const isSeveral = severalLines.test(start > 0 ? `${typed}-` : typed) || typed.length > mostTyped;
    if (!this.#marksPastes && this.#options.mayBePaste() && isSeveral) {
      this.#beginPaste(false, text);
    } else if (start >= 0) {
      this.#pass(typed);
      this.#beginPaste(true, text.slice(start + pasteStart.length));
    } else {
      this.#unfinished = unfinishedEnd(typed);
      this.#pass(typed.slice(0, typed.length - this.#unfinished.length));
      if (this.#unfinished !== '') this.#afterSilence(() => this.#pass(this.#takeUnfinished()));
    }
  }

  #takeUnfinished(): string {
    const text = this.#unfinished;
    this.#unfinished = '';
    return text;
  }

  /** Passes typed text on at once, because a paste after it must not overtake it. */
  #pass(text: string): void {
    if (text !== '') this.emit('data', text);
  }

  #beginPaste(isMarked: boolean, text: string): void {
    this.#paste = { isMarked, pieces: [], length: 0 };
    this.#continuePaste(this.#paste, text);
  }

  #continuePaste(paste: Paste, text: string): void {
    // Of a paste that is too long, only the end is kept, which may have the mark.
    if (paste.length > longestPaste) paste.pieces.splice(0, paste.pieces.length - 1);
    paste.pieces.push(text);
    paste.length += text.length;
    this.#afterSilence(() => this.#endPaste(paste));
  }

  #endPaste({ isMarked, pieces, length }: Paste): void {
    const all = pieces.join('');
    const end = isMarked ? all.lastIndexOf(pasteEnd) : all.length;
    if (end < 0) return;
    this.#paste = undefined;
    this.#options.pasted(length > longestPaste ? undefined : all.slice(0, end));
    const rest = all.slice(end + pasteEnd.length);
    if (rest !== '') this.#take(rest);
  }

  /** Calls back when nothing was read for a moment, and nothing waits to be read. */
  #afterSilence(then: () => void): void {
    clearTimeout(this.#timer);
    const timer = setTimeout(() => setImmediate(() => this.#timer === timer && then()), silence);
    this.#timer = timer;
  }
}
