import type { Line, Printed } from './line.ts';

/** How a line is read: a command (remembered, completed), an answer, or a secret that is not shown. */
export type ReadKind = 'command' | 'answer' | 'secret';

/** Output and input for the user. Control characters in a text are escaped, so that one line stays one line. */
export interface Screen {
  /** Whether a person is at the terminal and can be asked again after a bad answer. */
  readonly isAttended: boolean;
  /** Whether the line read last is a pasted text of several lines, and no command that was typed. */
  readonly wasPasted: boolean;
  /** Of piped input: how many lines were read, and a sentence about the rest if it is known that there is one. */
  readonly linesRead: number;
  readonly leftOver: string | undefined;
  /** Prints whole lines at once, above the line being typed. */
  print(...lines: Printed[]): void;
  /** Prints lines one screenful at a time. Resolves when all are printed or the reader stops. */
  page(lines: readonly Printed[]): Promise<void>;
  /** Shows status lines, such as a progress bar, above the line being typed, until the next call. */
  status(...lines: Line[]): void;
  /** Reads a line; undefined when there is no more input. */
  read(prompt: string, kind: ReadKind): Promise<string | undefined>;
  /** Ends a pending read with undefined and discards the typed text. */
  withdraw(): void;
  /** Reads no more: a line being read, and every later one, is undefined. */
  endInput(): void;
}
