import { restoreJob } from '../../backup/restore.ts';
import { runJob } from '../../backup/run-job.ts';
import type { AdminHandler } from '../handler.ts';

export const restore: AdminHandler<'restore'> = async (room, { from, ...asked }) => {
  const { state, result, next } = await runJob(room, restoreJob(room, asked), from);
  const counts = state.stage === 'check' ? state.check.counts : state.counts;
  const { stage, drainedAt } = state;
  const waits = stage === 'drain' && drainedAt !== undefined ? drainedAt - room.clock.now() : 0;
  return {
    stage,
    counts,
    ...(waits > 0 && { waits: Math.ceil(waits / 1000) }),
    ...(result && { restored: result }),
    ...(next !== undefined && { next }),
  };
};
