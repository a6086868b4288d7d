import type * as v from 'valibot';
import { adminCommands } from './commands/index.ts';

export type AdminCommandName = keyof typeof adminCommands;

type Entries<E extends v.ObjectEntries> = v.InferOutput<v.StrictObjectSchema<E, undefined>>;
type Inputs<E extends v.ObjectEntries> = v.InferInput<v.StrictObjectSchema<E, undefined>>;

/** A command's arguments, as parsed. */
export type AdminArguments<C extends AdminCommandName> = Entries<(typeof adminCommands)[C]['request']>;
/** A command's arguments, as sent: those with a default may be left out. */
export type AdminInput<C extends AdminCommandName> = Inputs<(typeof adminCommands)[C]['request']>;
/** A command's result: the properties of the reply, besides `ok: true`. */
export type AdminResult<C extends AdminCommandName> = Entries<(typeof adminCommands)[C]['result']>;

/** The commands that may take several invocations. */
export type LongCommand = {
  [C in AdminCommandName]: 'next' extends keyof AdminResult<C> ? C : never;
}[AdminCommandName];

/** Whether this is the name of a command. Looks at own keys only: `constructor` is not a command. */
export function isAdminCommand(name: unknown): name is AdminCommandName {
  return typeof name === 'string' && Object.hasOwn(adminCommands, name);
}
