import type { AdminArguments, AdminCommandName, AdminResult } from '../../../protocol/admin/index.ts';
import type { AdminRoom } from './ports.ts';

/** Handles a command of the administrator. @throws AdminRefusal */
export type AdminHandler<C extends AdminCommandName> = (
  room: AdminRoom,
  args: AdminArguments<C>,
) => Promise<AdminResult<C>>;

/** A handler for each command. */
export type AdminHandlers = { readonly [C in AdminCommandName]: AdminHandler<C> };

/** A time in a reply: ISO 8601, UTC. */
export const iso = (time: number): string => new Date(time).toISOString();
