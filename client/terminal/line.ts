/** The meaning of a span of text. The painter decides on its look. */
export type Style =
  /** Less important: time stamps, logins and logouts. */
  | 'quiet'
  | 'strong'
  | 'error'
  /** A private message. */
  | 'private'
  /** A user's name, in a colour of its own. */
  | 'user';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Text = readonly (string | Span)[];

/** A line: plain text, or text with styled spans. */
export type Line =
  | string
  | {
      readonly text: Text;
      /** The time of the event. Only a terminal shows it, unless the line is dated. */
      readonly at?: Date;
      readonly isDated?: boolean;
      /** The cells before each row after the first, in place of the usual indent. */
      readonly indent?: number;
    };

/** The names of users, in as many columns as fit. */
export interface UserList {
  readonly users: readonly string[];
}

export type Printed = Line | UserList;

export function span(style: Style, text: string): Span {
  return { text, style };
}
