/** How a line is read: a command (remembered, completed), an answer, or a secret that is not shown. */
export type ReadKind = 'command' | 'answer' | 'secret';

/** What a person sees and types on. */
export interface Screen {
  /** Prints whole lines; whatever in them is not plain text is spelt out, so that one line stays one. */
  print(...lines: string[]): void;
  /** Reads a line; undefined when there is no more input. */
  read(prompt: string, kind: ReadKind): Promise<string | undefined>;
  /** Reads no more: a line being read, and every later one, is undefined. */
  endInput(): void;
}
