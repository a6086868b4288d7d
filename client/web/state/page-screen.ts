import { type Signal, signal } from '@preact/signals';
import type { Printed } from '../../terminal/line.ts';
import type { ReadKind, Screen } from '../../terminal/screen.ts';
import { plain } from './to-item.ts';

/** A question that a command asks the user. */
export interface Question {
  readonly text: string;
  readonly isSecret: boolean;
  /** Undefined cancels the command. */
  answer(text: string | undefined): void;
}

/** What a command of the page prints, and asks. The commands of the terminal client use it as their terminal. */
export class PageScreen implements Screen {
  readonly isAttended = true;
  readonly wasPasted = false;
  readonly linesRead = 0;
  readonly leftOver = undefined;
  readonly question: Signal<Question | undefined> = signal(undefined);
  readonly #print: (lines: readonly Printed[]) => void;
  #lastLine = '';

  constructor(print: (lines: readonly Printed[]) => void) {
    this.#print = print;
  }

  print(...lines: Printed[]): void {
    const last = lines.at(-1);
    if (typeof last === 'string') this.#lastLine = last;
    else if (last && 'text' in last) this.#lastLine = plain(last);
    this.#print(lines);
  }

  async page(lines: readonly Printed[]): Promise<void> {
    if (lines.length > 0) this.print(...lines);
  }

  /** The page shows the progress of transfers by itself. */
  status(): void {}

  read(_prompt: string, kind: ReadKind): Promise<string | undefined> {
    this.withdraw();
    return new Promise((resolve) => {
      this.question.value = {
        text: this.#lastLine,
        isSecret: kind === 'secret',
        answer: (text) => {
          this.question.value = undefined;
          resolve(text);
        },
      };
    });
  }

  withdraw(): void {
    this.question.peek()?.answer(undefined);
  }

  endInput(): void {
    this.withdraw();
  }
}
