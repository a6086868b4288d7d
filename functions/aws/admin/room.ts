import type { AdminRoom } from '../../chat/admin/ports.ts';
import { drainTime } from '../../chat/backup/restore.ts';
import { numberFromEnv } from '../environment.ts';
import { fileRoom } from '../file-room.ts';
import { variables } from '../names.ts';
import { streams } from '../room.ts';
import { accountAdmin } from './account-admin.ts';
import { adminQueries } from './admin-queries.ts';
import { announcementsOn } from './announcements.ts';
import { backupStore } from './backup-store.ts';
import { banAdmin } from './ban-admin.ts';
import { doctorStore } from './doctor-store.ts';
import { invitationAdmin } from './invitation-admin.ts';
import { jobs } from './jobs.ts';
import { logReader } from './log-reader.ts';
import { roomLifecycle } from './room-lifecycle.ts';
import { tableDumpAt } from './table-dump.ts';

/** The room with all ports of the admin function. */
export const adminRoom: AdminRoom = {
  ...fileRoom,
  queries: adminQueries,
  accountAdmin,
  invitationAdmin,
  banAdmin,
  announcements: announcementsOn(streams),
  doctorStore,
  logReader,
  tableDump: tableDumpAt(fileRoom.clock.now),
  backupStore,
  jobs,
  lifecycle: roomLifecycle,
  timeBudget: numberFromEnv(variables.adminSlice, 30_000),
  drainTime: numberFromEnv(variables.drainTime, drainTime),
};
