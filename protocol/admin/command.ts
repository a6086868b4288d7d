import type * as v from 'valibot';
import type { AdminRefusalCode } from './refusals.ts';

/** An administrator's command. IAM alone authorizes the caller: there are no other privileges. */
export interface AdminCommand {
  /** The command as an administrator types it: `online users`. */
  readonly words: string;
  /** One line for `help`. */
  readonly summary: string;
  readonly request: v.ObjectEntries;
  /** The properties of a reply, besides `ok: true`. */
  readonly result: v.ObjectEntries;
  /**
   * The arguments that the log names, never a text or a secret. Set for a command that changes the room or exports data.
   * A command that only reads is not logged, and neither is a continuation.
   */
  readonly logs?: readonly string[];
  /** The refusals particular to this command. Every command may be refused with `bad-request`. */
  readonly refusals: readonly AdminRefusalCode[];
}

export const command = <const C extends AdminCommand>(entry: C): C => entry;
