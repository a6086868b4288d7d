import type { AdminArguments, AdminCommandName, AdminResult } from '../../../protocol/admin/index.ts';
import type { AdminRoom } from './ports.ts';

/** What an administrator's command does: gives its result, or throws an AdminRefusal. */
export type AdminHandler<C extends AdminCommandName> = (
  room: AdminRoom,
  args: AdminArguments<C>,
) => Promise<AdminResult<C>>;

/** A time as the console is told it: ISO 8601, UTC. */
export const iso = (time: number): string => new Date(time).toISOString();
