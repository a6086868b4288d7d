import type { AdminRoom } from '../../chat/admin/ports.ts';
import { numberFromEnv } from '../environment.ts';
import { fileRoom } from '../file-room.ts';
import { variables } from '../names.ts';
import { streams } from '../room.ts';
import { announcementsOn } from './announcements.ts';
import { archiveAt } from './archive.ts';
import { door } from './door.ts';
import { keeper } from './keeper.ts';
import { logbook } from './logbook.ts';
import { records } from './records.ts';
import { registry } from './registry.ts';
import { tasks } from './tasks.ts';
import { vault } from './vault.ts';

/** The room as the administrator's function has it. */
export const adminRoom: AdminRoom = {
  ...fileRoom,
  registry,
  keeper,
  announcements: announcementsOn(streams),
  records,
  logbook,
  archive: archiveAt(fileRoom.clock.now),
  vault,
  tasks,
  door,
  slice: numberFromEnv(variables.adminSlice, 30_000),
};
