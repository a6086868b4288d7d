import type * as v from 'valibot';
import type { RefusalCode } from './refusals.ts';

/** The Lambda functions that answer commands. */
export type CommandGroup = 'account' | 'chat' | 'files';

/** How a successful reply goes back. */
type Reply =
  | {
      /**
       * `response`: as API Gateway's route response. `posted`: posted to the connection, which the room then closes.
       * `none`: no reply. A refusal is sent in every case.
       */
      readonly reply: 'response' | 'posted' | 'none';
      /** The Lambda function that answers it. */
      readonly group: CommandGroup;
    }
  /** API Gateway answers by itself, with a MOCK integration. */
  | { readonly reply: 'mock'; readonly group?: undefined };

/**
 * A command of the wire. Route, permission to invoke, validation, authorization, help, test data and the AsyncAPI
 * document are derived from its entry.
 */
export type Command = Reply & {
  /** One line for `help`; starts with a verb. */
  readonly summary: string;
  /**
   * Who may send it. `guest`: a connection without a login. `member`: a logged-in connection. `anyone`: both; for mocks
   * only.
   */
  readonly who: 'anyone' | 'guest' | 'member';
  /** Whether it counts as activity, which restarts the session's timeout. */
  readonly activity: boolean;
  /**
   * The tokens that it takes from its connection's rate limit, at most `mostTokens`. Default: 1. A command that posts to
   * everyone takes 5, and one that reads a page takes 2.
   */
  readonly weight?: number;
  /**
   * What a client does if the connection was lost before the reply came:
   * - `as-is`: send the command again, which is idempotent, or sets a value whose last write wins;
   * - `marked`: send it again with the same `id` and `again: true`, by which the room recognizes it;
   * - `doneIf`: send it again, and take this refusal for success;
   * - `never`: tell the user.
   */
  readonly repeat: 'as-is' | 'marked' | 'never' | { readonly doneIf: RefusalCode };
  /** The arguments, in the order in which a user types them. */
  readonly request: v.ObjectEntries;
  /** The fields of a successful reply, besides `ok: true`. */
  readonly result: v.ObjectEntries;
  /**
   * The refusals particular to this command. Every command may also get `bad-request`, `not-logged-in`, `internal` and
   * `rate-limited`, and a guest's command `already-logged-in`.
   */
  readonly refusals: readonly RefusalCode[];
  /** How the log differs for this command. By default each command is one line with the caller's name. */
  readonly audit?: {
    /** Clients send it by themselves, so only refusals are logged. */
    readonly refusalsOnly?: true;
    /** The argument that names the other user. It is logged as well. */
    readonly concerns?: string;
    /** Refusals after which the name in `user` may belong to no account: it is not logged. */
    readonly unknownUserIf?: readonly RefusalCode[];
  };
};

/** Checks an entry and keeps its literal type. */
export const command = <const C extends Command>(entry: C): C => entry;

/** The type of an object with these fields. */
export type Fields<E extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;

/**
 * What the AsyncAPI document says about a command. It is a function because a bundler drops a function that nothing
 * calls, so this text is in no Lambda bundle.
 */
export type Docs<C extends Command> = () => {
  /** What a client's author has to know beyond the summary. */
  readonly description?: string;
  /** What each argument means. */
  readonly request: { readonly [F in keyof C['request']]: string };
  /** What each field of the reply means. */
  readonly result: { readonly [F in keyof C['result']]: string };
  /**
   * What the fields inside a field mean, as `outer.inner`; fields of messages and files have descriptions of their own.
   */
  readonly nested?: Readonly<Record<string, string>>;
  readonly example: { readonly request: Fields<C['request']>; readonly result: Fields<C['result']> };
};
