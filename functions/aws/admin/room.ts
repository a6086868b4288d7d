import type { AdminRoom } from '../../chat/admin/ports.ts';
import { numberFromEnv } from '../environment.ts';
import { variables } from '../names.ts';
import { room } from '../room.ts';
import { archiveAt } from './archive.ts';
import { door } from './door.ts';
import { keeper } from './keeper.ts';
import { logbook } from './logbook.ts';
import { registry } from './registry.ts';
import { tasks } from './tasks.ts';
import { vault } from './vault.ts';

/** The room as the administrator's function has it. */
export const adminRoom: AdminRoom = {
  ...room,
  registry,
  keeper,
  logbook,
  archive: archiveAt(room.clock.now),
  vault,
  tasks,
  door,
  slice: numberFromEnv(variables.adminSlice, 30_000),
};
