import type { Connection, Session } from './model.ts';
import type { Room } from './ports.ts';
import { askIfThere } from './post-surely.ts';
import { Refusal } from './refusal.ts';

/**
 * The logins in a row that may wait for another client's answer, in the whole room, and after that one in so much time (ms). A wait is
 * most of what a login costs.
 */
export const questionsInARow = 30;
export const questionEveryMs = 20_000;

/** How long (ms) the room waits before each look for the answer: about three seconds in all. */
const waits = [150, 300, 600, 1_000, 1_000];

/**
 * Whether a login may replace a session without `takeOver`: its connection is lost, or its client does not answer
 * (docs/decisions/0090). A post that succeeds proves nothing, because API Gateway also accepts posts to a client that is
 * gone. While too many logins ask, a session counts as alive: the user can still take it over.
 */
export async function isDead(room: Room, { connectionId, detachedAt }: Session): Promise<boolean> {
  if (detachedAt !== undefined) return true;
  if (!(await room.state.claimQuestion(room.clock.now()))) return false;
  const before = await room.connections.find(connectionId);
  if (!before || (await askIfThere(room, connectionId)) === 'gone') return true;
  for (const wait of waits) {
    await room.clock.sleepUntil(room.clock.now() + wait);
    const now = await room.connections.find(connectionId);
    if (!now) return true;
    if (hasMoved(before, now)) return false;
  }
  return true;
}

/** Whether the client has sent something between two reads. Any command is as good as the answer. */
const hasMoved = (before: Connection, now: Connection) =>
  now.answeredAt !== before.answeredAt || now.lastActiveAt !== before.lastActiveAt;

/** The refusal of a caller who has the right password, because a session of the same user is alive. */
export const alreadyOnline = ({ since }: Session): Refusal =>
  new Refusal('already-online', { since: new Date(since).toISOString() });
