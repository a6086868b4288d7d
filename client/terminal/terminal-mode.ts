import { constants } from 'node:os';
import { markNoPastes, markPastes } from './keyboard.ts';

/** Signals that end a program, beside those with a listener of their own. */
const deadlySignals = ['SIGQUIT', 'SIGABRT', 'SIGALRM', 'SIGUSR2', 'SIGXCPU', 'SIGVTALRM', 'SIGSYS'] as const;

/** Milliseconds after Ctrl+Z. A program that still runs then cannot be stopped, because no shell could continue it. */
const stopping = 200;

export interface TerminalModeOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Whether the terminal understands no escape sequence. */
  readonly isDumb: boolean;
  /** The program continues after a stop. */
  continued(): void;
  /** The program ends without notice. Must call `end`. */
  ending(): void;
}

/** What the program changes about the terminal. It is changed back when the program stops, and however it ends. */
export class TerminalMode {
  readonly #options: TerminalModeOptions;
  #hasEnded = false;

  constructor(options: TerminalModeOptions) {
    this.#options = options;
    process.on('SIGCONT', this.#comeBack);
    process.on('exit', options.ending);
    for (const signal of deadlySignals) process.on(signal, this.#die);
    this.control(markPastes);
  }

  /** Writes an escape sequence, unless the terminal understands none. */
  control(sequence: string): void {
    if (!this.#options.isDumb) this.#options.output.write(sequence);
  }

  /** Stops the program and its parents, such as npm, as the terminal does outside raw mode. */
  stop(): void {
    this.control(markNoPastes);
    this.#options.input.setRawMode(false);
    process.kill(0, 'SIGTSTP');
    setTimeout(() => this.#hasEnded || this.#resume(), stopping);
  }

  end(): void {
    this.#hasEnded = true;
    process.off('SIGCONT', this.#comeBack);
    process.off('exit', this.#options.ending);
    for (const signal of deadlySignals) process.off(signal, this.#die);
    this.control(markNoPastes);
  }

  #resume(): void {
    this.#options.input.setRawMode(true);
    this.control(markPastes);
  }

  /** Another program may have changed the terminal's mode during a stop. */
  readonly #comeBack = () => {
    this.#options.input.setRawMode(false);
    this.#resume();
    this.#options.continued();
  };

  readonly #die = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal]);
}
