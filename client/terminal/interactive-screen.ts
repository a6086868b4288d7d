import { createInterface, emitKeypressEvents, type Interface } from 'node:readline';
import { EchoOutput } from './echo-output.ts';
import { printable } from './printable.ts';
import type { ReadKind, Screen } from './screen.ts';

const eraseDown = '\u001b[J';
const cursorUp = (rows: number) => (rows > 0 ? `\u001b[${rows}A` : '');

export interface InteractiveOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Ctrl+C, or the terminal is gone. */
  interrupted(): void;
  /** What a command that begins like this can be. */
  complete(line: string): string[];
}

/** A terminal with a line editor; lines that come in are printed above what is being typed, which stays as it is. */
export class InteractiveScreen implements Screen {
  readonly #output: NodeJS.WriteStream;
  readonly #echo: EchoOutput;
  readonly #readline: Interface;
  readonly #typedAhead: string[] = [];
  #reader: ((line: string | undefined) => void) | undefined;
  #kind: ReadKind = 'answer';
  #prompt = '';
  #hasEnded = false;

  constructor({ input, output, interrupted, complete }: InteractiveOptions) {
    this.#output = output;
    this.#echo = new EchoOutput(output);
    // Without the editor as its second argument: else text that is pasted would be written past the editor's count of
    // rows, and what is drawn next would land in the wrong ones.
    emitKeypressEvents(input);
    this.#readline = createInterface({
      input,
      output: this.#echo,
      terminal: true,
      prompt: '',
      completer: (line: string) => [this.#kind === 'command' ? complete(line) : [], line],
    });
    this.#readline.on('line', (line) => this.#take(line));
    this.#readline.on('history', (history) => this.#forgetAnswers(history));
    this.#readline.on('SIGINT', interrupted);
    this.#readline.on('close', () => this.endInput());
    output.on('resize', () => this.#resize());
    output.on('error', interrupted);
  }

  print(...lines: string[]): void {
    if (lines.length === 0) return;
    const text = `${lines.map(printable).join('\n')}\n`;
    if (this.#echo.isMuted) {
      this.#output.write(`\r${eraseDown}${text}${this.#prompt}`);
      return;
    }
    const { rows } = this.#readline.getCursorPos();
    if (this.#hasEnded || this.#prompt + this.#readline.line === '') {
      this.#output.write(text);
      return;
    }
    // The editor, drawing anew, goes up by the rows it went down when it drew before: they are made for it.
    this.#output.write(`${cursorUp(rows)}\r${eraseDown}${text}${'\n'.repeat(rows)}`);
    this.#readline.prompt(true);
  }

  read(prompt: string, kind: ReadKind): Promise<string | undefined> {
    this.#kind = kind;
    const typed = this.#typedAhead.shift();
    if (typed !== undefined) return Promise.resolve(typed);
    if (this.#hasEnded) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#prompt = printable(prompt);
      if (kind === 'secret') this.#mute();
      else {
        this.#readline.setPrompt(this.#prompt);
        this.#readline.prompt(true);
      }
    });
  }

  endInput(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#reader) this.#leaveLine();
    this.#readline.close();
    this.#deliver(undefined);
  }

  #take(line: string): void {
    if (this.#echo.isMuted) this.#output.write('\n');
    if (this.#reader) this.#deliver(line);
    else this.#typedAhead.push(line);
  }

  #deliver(line: string | undefined): void {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#echo.isMuted = false;
    this.#prompt = '';
    this.#readline.setPrompt('');
    reader?.(line);
  }

  /** What was typed of an unfinished line stays, and what is printed next begins below it. */
  #leaveLine(): void {
    const { rows } = this.#readline.getCursorPos();
    this.#output.write(
      this.#echo.isMuted ? '\n' : `${cursorUp(rows)}\r${eraseDown}${this.#prompt}${this.#readline.line}\n`,
    );
  }

  #mute(): void {
    const { rows } = this.#readline.getCursorPos();
    this.#output.write(`${cursorUp(rows)}\r${eraseDown}${this.#prompt}`);
    this.#echo.isMuted = true;
  }

  /** Only commands are worth remembering, and a password must not be. */
  #forgetAnswers(history: string[]): void {
    if (this.#kind !== 'command') history.length = 0;
  }

  /**
   * Some terminals wrap the typed line anew, and the cursor goes along; others leave it to the program. What cannot
   * be told apart must not cost a line that was printed: of the two places where the typed line may begin, the lower.
   */
  #resize(): void {
    const before = this.#readline.getCursorPos().rows;
    this.#echo.columns = this.#output.columns;
    const after = this.#readline.getCursorPos().rows;
    // The editor goes up by the rows it went down before.
    if (!this.#echo.isMuted && after < before) this.#output.write('\n'.repeat(before - after));
    this.#echo.emit('resize');
  }
}
