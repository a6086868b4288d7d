import { runJob } from '../../backup/run-job.ts';
import { backupJob } from '../../backup/take-backup.ts';
import type { AdminHandler } from '../handler.ts';

export const backup: AdminHandler<'backup'> = async (room, { from, withFiles }) => {
  const name = `room_${stamp(room.clock.now())}.ndjson.gz`;
  const { state, result, next } = await runJob(room, backupJob(room, name, withFiles), from);
  return {
    stage: state.stage,
    counts: state.counts,
    ...(result && { backup: { name: result.name, bytes: result.bytes, seal: result.seal } }),
    ...(next !== undefined && { next }),
  };
};

/** A time for a file name: without characters that are special in file systems and shells. */
const stamp = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
