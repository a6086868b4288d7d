import pMap from 'p-map';
import { banReason, bansInForce, isBanned } from './bans.ts';
import { dismiss } from './end-session.ts';
import type { Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room, State } from './ports.ts';

/** Sessions ended concurrently. */
const atOnce = 10;

/**
 * Ends sessions whose address is banned. A login reads the bans after its commit, and ends its own session if its address
 * is banned. If that read failed, or the login's function was killed before it, this function ends the session.
 */
export async function endBanned(room: Room, { bans }: State, sessions: readonly Session[], now: number): Promise<void> {
  if (bansInForce(bans, now).length === 0) return;
  const end = (session: Session) =>
    dismiss(room, session, 'kicked', { type: 'event', event: 'kicked', reason: banReason });
  await pMap(
    sessions.filter(({ address }) => isBanned(bans, address, now)),
    (session) => orLog(room, 'a session of a banned address was not ended', end(session), false),
    { concurrency: atOnce },
  );
}
