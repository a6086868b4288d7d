import type { Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { Leaving, Room, SeatState } from './ports.ts';

/** No function that takes a seat, or gives one back, works at that for so long (ms). */
const abandonedAfter = 60_000;

/** A function that gives its own seats back removes the mark of that within this time (ms): the sweeper has not looked at them yet. */
const ownFor = 30_000;

/** After this time (ms) no run of the sweeper works at a leaving that it read before that was removed. */
const forgottenAfter = 300_000;

/** Gives back the seats of sessions that have ended. A failure is logged: the sweeper gives them back then. */
export function giveBack(room: Room, leaving: Leaving): Promise<void> {
  const work = async () => {
    await room.seats.giveBack(leaving);
    if (room.clock.now() - leaving.at < ownFor) await room.seats.forget([leaving.id]);
  };
  return orLog(room, 'a seat was not given back', work(), undefined, { leaving: leaving.id });
}

/**
 * Settles the seats that killed functions have left in doubt. `state` was read before `sessions`: a session that is missing there has
 * not begun, or is among those leaving, or its seats have been given back.
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
  // Without forgetting it: another run may have read the same leaving.
  for (const abandoned of leaving.filter(({ at }) => isAbandoned(at))) await room.seats.giveBack(abandoned);
  const unfinished = new Set(leaving.map(({ id }) => id));
  const over = [...state.givenBack].filter(([id, at]) => at <= now - forgottenAfter && !unfinished.has(id));
  await room.seats.forget(over.slice(0, forgottenAtOnce).map(([id]) => id));
  return state.entering.size === 0 && leaving.length === 0;
}

/** An expression has 4 KB at most. */
const forgottenAtOnce = 50;
