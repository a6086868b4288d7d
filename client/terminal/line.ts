/** What a span of text is. The painter decides how each looks. */
export type Style =
  /** Of minor interest: time stamps, logins and logouts. */
  | 'quiet'
  | 'strong'
  | 'error'
  /** For this user alone. */
  | 'private'
  /** A user's name, in a colour of its own. */
  | 'user';

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export type Text = readonly (string | Span)[];

/** A line: plain, or a text of which some spans have a style. */
export type Line =
  | string
  | {
      readonly text: Text;
      /** When it happened; only a terminal shows it. */
      readonly at?: Date;
    };

/** The names of users, side by side as far as they fit. */
export interface UserList {
  readonly users: readonly string[];
}

export type Printed = Line | UserList;

export function span(style: Style, text: string): Span {
  return { text, style };
}
