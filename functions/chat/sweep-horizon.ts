import { activityResolutionMs, type Settings } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room, State } from './ports.ts';

/** How far ahead (ms) a run of the sweeper looks: 60 s to the next run, plus 30 s in case that run starts late. */
export const horizon = 90_000;

/** The earliest time (epoch ms) at which a session that begins now may fall due. */
export const dueOfNew = ({ timeOut }: Settings, now: number): number => now + timeOut * 1000 + activityResolutionMs;

/**
 * Starts a run of the sweeper for the first user of an empty room, if the session may fall due before the next scheduled
 * run ends. No run waits in an empty room.
 * @param state the room before the login.
 */
export async function sweepForFirst(room: Room, state: State): Promise<void> {
  const now = room.clock.now();
  if (state.online > 0 || dueOfNew(state, now) > now + horizon) return;
  await orLog(room, 'the sweeper was not started', room.asyncInvoker.invokeSweeper(), undefined);
}
