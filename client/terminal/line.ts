/** What a piece of a line is; how that looks is the terminal's affair. */
export type Look =
  /** Beside the point: time stamps, who comes and goes. */
  | 'quiet'
  | 'strong'
  | 'error'
  /** For one's own eyes only. */
  | 'private'
  /** A user's name, in a colour of its own. */
  | 'user';

export interface Piece {
  readonly text: string;
  readonly look: Look;
}

export type Words = readonly (string | Piece)[];

/** A line: plain words, or words of which some have a look. */
export type Line =
  | string
  | {
      readonly words: Words;
      /** When it was said; only a terminal shows it. */
      readonly at?: Date;
    };

/** The names of users, one beside the other as far as there is room. */
export interface UserList {
  readonly users: readonly string[];
}

export type Printed = Line | UserList;

export function piece(look: Look, text: string): Piece {
  return { text, look };
}
