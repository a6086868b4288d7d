import { eventFrame } from '../../../../protocol/index.ts';
import type { Session } from '../../model.ts';
import { type Leaving, mostEndedTogether } from '../../ports.ts';
import { giveBack } from '../../seats.ts';
import { type AdminHandler, iso } from '../handler.ts';
import type { AdminRoom } from '../ports.ts';

/** Connections notified and closed concurrently. */
const atOnce = 50;
/** How long (ms) to wait before a failed post is retried. */
const secondAttempt = 500;

/**
 * Closes the room, ends all sessions, then notifies and closes all connections. A connection stays on record until it is closed, so
 * an interrupted stop can be repeated. Logouts are not announced: all users get the `stop` event.
 */
export const stop: AdminHandler<'stop'> = async (room, { message }) => {
  const until = room.clock.now() + room.timeBudget;
  await room.state.readOrCreate();
  const closedAt = await room.lifecycle.close(room.clock.now());
  const frame = eventFrame({ type: 'event', event: 'stop', message });
  let ended = 0;
  let closed = 0;
  do {
    const sessions = await room.sessions.all();
    ended += await endSessions(room, sessions);
    const connections = await room.queries.connections(atOnce);
    if (sessions.length + connections.length === 0) return { ended, closed, stoppedAt: iso(closedAt) };
    closed += await sendAway(room, connections, frame);
  } while (room.clock.now() < until);
  return { ended, closed, stoppedAt: iso(closedAt), next: 'go on' };
};

/** Ends sessions. No new one begins in a closed room. One that a resume moves meanwhile does not end: the caller reads it again. */
async function endSessions(room: AdminRoom, sessions: readonly Session[]): Promise<number> {
  let ended = 0;
  for (let i = 0; i < sessions.length; i += mostEndedTogether) {
    ended += await endTogether(room, sessions.slice(i, i + mostEndedTogether));
  }
  return ended;
}

async function endTogether(room: AdminRoom, together: readonly Session[]): Promise<number> {
  const leaving = await room.sessions.endTogether(together, room.clock.now());
  if (leaving) return ended(room, together, leaving);
  // One of them has just ended, or has no connection on record: end them one by one.
  let count = 0;
  for (const session of together) {
    const alone =
      (await room.sessions.endTogether([session], room.clock.now())) ??
      (await room.sessions.end(session, room.clock.now()));
    if (alone) count += await ended(room, [session], alone);
  }
  return count;
}

async function ended(room: AdminRoom, sessions: readonly Session[], leaving: Leaving): Promise<number> {
  for (const { name, connectionId } of sessions)
    room.auditLog({ what: 'end', user: name, result: 'stop', connectionId });
  await giveBack(room, leaving);
  return sessions.length;
}

/** @throws an error if none of the connections could be closed. */
async function sendAway(room: AdminRoom, connections: readonly string[], frame: string): Promise<number> {
  const outcomes = await Promise.allSettled(connections.map((connectionId) => sendOneAway(room, connectionId, frame)));
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  for (const { reason } of failed) room.logError('a connection was not closed', reason);
  if (failed[0] && failed.length === outcomes.length) throw failed[0].reason;
  return outcomes.length - failed.length;
}

async function sendOneAway(room: AdminRoom, connectionId: string, frame: string): Promise<void> {
  const outcome = await room.gateway.post(connectionId, frame);
  if (outcome === 'failed') {
    await room.clock.sleepUntil(room.clock.now() + secondAttempt);
    await room.gateway.post(connectionId, frame);
  }
  await room.gateway.close(connectionId);
  await room.connections.close(connectionId);
}
