import type { Command, CommandGroup, Fields } from './command.ts';
import { commands } from './commands/index.ts';

/** The name of a command, as it is sent. */
export type Action = keyof typeof commands;
export const actions = Object.keys(commands) as Action[];

/** The commands whose entries have these properties. */
type ActionsWith<P extends Partial<Command>> = {
  [A in Action]: (typeof commands)[A] extends P ? A : never;
}[Action];
/** The commands that one Lambda function answers. */
export type ActionIn<G extends CommandGroup> = ActionsWith<{ group: G }>;
/** The commands that only these callers may send. */
export type ActionOf<W extends Command['who']> = ActionsWith<{ who: W }>;

/** A command's arguments, as parsed. */
export type Arguments<A extends Action> = Fields<(typeof commands)[A]['request']>;
/** A command's result: the fields of its reply besides `ok: true`. */
export type Result<A extends Action> = Fields<(typeof commands)[A]['result']>;

/** Whether there is a command of this name. Inherited properties such as `constructor` are none. */
export function isAction(name: unknown): name is Action {
  return typeof name === 'string' && Object.hasOwn(commands, name);
}
