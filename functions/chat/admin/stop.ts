import { eventFrame } from '../../../protocol/index.ts';
import type { Session } from '../model.ts';
import { type Leaving, mostEndedTogether } from '../ports.ts';
import { giveBack } from '../seats.ts';
import { type AdminHandler, iso } from './handler.ts';
import type { AdminRoom } from './ports.ts';

/** Connections told and closed side by side. */
const atOnce = 50;
/** How long (ms) a post that failed waits for its second attempt. */
const secondAttempt = 500;

/**
 * Closes the room, ends every session, then tells every connection and closes it. Until it has been closed a connection stays on
 * record, so a stop that was cut off can be repeated, and nobody is forgotten. No logout is announced: all go, and are told why.
 */
export const stop: AdminHandler<'stop'> = async (room, { message }) => {
  const until = room.clock.now() + room.slice;
  await room.state.readOrCreate();
  const closedAt = await room.door.close(room.clock.now());
  const frame = eventFrame({ type: 'event', event: 'stop', message });
  let ended = 0;
  let closed = 0;
  do {
    ended += await endSessions(room);
    const connections = await room.registry.connections(atOnce);
    if (connections.length === 0) return { ended, closed, stoppedAt: iso(closedAt) };
    closed += await sendAway(room, connections, frame);
  } while (room.clock.now() < until);
  return { ended, closed, stoppedAt: iso(closedAt), next: 'go on' };
};

/** Ends every session there is; nobody can begin one any more. */
async function endSessions(room: AdminRoom): Promise<number> {
  const sessions = await room.sessions.all();
  let ended = 0;
  for (let i = 0; i < sessions.length; i += mostEndedTogether) {
    ended += await endTogether(room, sessions.slice(i, i + mostEndedTogether));
  }
  return ended;
}

async function endTogether(room: AdminRoom, together: readonly Session[]): Promise<number> {
  const leaving = await room.sessions.endTogether(together, room.clock.now());
  if (leaving) return ended(room, together, leaving);
  // One of them has just left, or its connection is gone from the records: each for itself.
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

/** @throws the error of a connection that could not be closed, if none could. */
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
