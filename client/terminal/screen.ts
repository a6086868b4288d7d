import type { Line, Printed } from './line.ts';

/** How a line is read: a command (remembered, completed), an answer, or a secret that is not shown. */
export type ReadKind = 'command' | 'answer' | 'secret';

/** What a person sees and types on. Whatever in a text is not plain is spelt out, so that one line stays one. */
export interface Screen {
  /** Whether somebody sits there, who can be asked again when an answer would not do. */
  readonly isAttended: boolean;
  /** Prints whole lines, at once, above what is being typed. */
  print(...lines: Printed[]): void;
  /** Prints what was asked for: a screenful, and the next when the reader has read it. Resolves when enough is printed. */
  page(lines: readonly Printed[]): Promise<void>;
  /** Shows lines that change, such as a progress, above what is being typed, until it is told otherwise. */
  status(...lines: Line[]): void;
  /** Reads a line; undefined when there is no more input. */
  read(prompt: string, kind: ReadKind): Promise<string | undefined>;
  /** Ends the line being read, if one is, as undefined; what was typed of it is forgotten. */
  withdraw(): void;
  /** Reads no more: a line being read, and every later one, is undefined. */
  endInput(): void;
}
