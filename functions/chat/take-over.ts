import type { Session } from './model.ts';
import type { Room } from './ports.ts';

/** How long (ms) a connection may be silent before another login replaces it: two heartbeats, and slack for the network. */
const silentTooLong = 120_000;

/** Whether a login may replace a session: its connection is lost, gone, or has been silent for too long. */
export async function mayTakeOver(room: Room, session: Session): Promise<boolean> {
  if (session.detachedAt !== undefined) return true;
  const lastActiveAt = await room.gateway.lastActiveAt(session.connectionId);
  return lastActiveAt === undefined || room.clock.now() - lastActiveAt > silentTooLong;
}
