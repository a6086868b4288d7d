import type { Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { Leaving, Room, SeatState } from './ports.ts';

/** A function takes a seat or gives it back within this time (ms), unless it was killed. */
const abandonedAfter = 60_000;

/**
 * Within this time (ms) a function may remove the mark of its own update. The sweeper handles only older marks, and no attempt
 * of the update has timed out. A timed-out attempt could still reach DynamoDB, and without the mark it would take or give back
 * the seats again.
 */
const ownFor = 2_500;

/** Whether the function that set a mark at a time (epoch ms) may remove it now. Otherwise the sweeper does. */
export const mayRemoveMark = (setAt: number, now: number): boolean => now - setAt < ownFor;

/** After this time (ms) no run of the sweeper still handles a leaving that it read before the leaving was deleted. */
const forgottenAfter = 300_000;

/** Gives back the seats of sessions that have ended. A failure is logged: the sweeper gives them back then. */
export function giveBack(room: Room, leaving: Leaving): Promise<void> {
  const work = async () => {
    await room.seats.giveBack(leaving);
    if (mayRemoveMark(leaving.at, room.clock.now())) await room.seats.forget([leaving.id]);
  };
  return orLog(room, 'a seat was not given back', work(), undefined, { leaving: leaving.id });
}

/**
 * Settles the seats that killed functions left in doubt. `state` must be read before `sessions`. Then a session that is
 * missing in `sessions` has not begun, is among the leavings, or has had its seat given back.
 * @returns whether the count can be compared with the sessions: no seat was in doubt.
 */
export async function settleSeats(
  room: Room,
  state: SeatState,
  sessions: readonly Session[],
  now: number,
): Promise<boolean> {
  const leaving = await room.seats.leaving();
  const seated = new Set([...sessions.flatMap(({ seat }) => seat ?? []), ...leaving.flatMap(({ seats }) => seats)]);
  const isAbandoned = (at: number) => at <= now - abandonedAfter;
  for (const [seat, at] of state.entering) {
    if (!isAbandoned(at)) continue;
    if (seated.has(seat)) await room.seats.confirm(seat);
    else await room.seats.refund(seat);
  }
  // Keep the mark, because another run may have read the same leaving.
  for (const abandoned of leaving.filter(({ at }) => isAbandoned(at))) await room.seats.giveBack(abandoned);
  const unfinished = new Set(leaving.map(({ id }) => id));
  const over = [...state.givenBack].filter(([id, at]) => at <= now - forgottenAfter && !unfinished.has(id));
  await room.seats.forget(over.slice(0, forgottenAtOnce).map(([id]) => id));
  return state.entering.size === 0 && leaving.length === 0;
}

/** DynamoDB limits an expression to 4 KB. */
const forgottenAtOnce = 50;
