import type { RoomAdmin } from './room-admin.ts';

/** What a command of the console works with. */
export interface Desk {
  readonly admin: RoomAdmin;
  /** Aborted when the administrator has had enough of a command that takes long. */
  readonly signal: AbortSignal;
  /** Aborted when nobody reads what is shown any more: what only shows is over, what changes something is finished. */
  readonly unread: AbortSignal;
  /** Says what came of it: lines for a person, or with `--json` the value, on one line. */
  show(value: unknown, ...lines: string[]): void;
  /** Says something to a person alone: with `--json` nobody hears it. */
  note(...lines: string[]): void;
  /** Asks the administrator, who is there only in the interactive console. Undefined at the end of the input. */
  readonly ask?: (question: string) => Promise<string | undefined>;
}
