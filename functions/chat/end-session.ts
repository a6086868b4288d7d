import pMap from 'p-map';
import { eventFrame, type RoomEvent } from '../../protocol/index.ts';
import type { EndReason, Member, Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { EndGuard, Notice, Room } from './ports.ts';
import { giveBack } from './seats.ts';

/** Invokes the notices function, which notifies the other users of a login or logout. Does nothing if the session is quiet. */
export async function announce(room: Room, event: Notice['event'], { name, quiet }: Session): Promise<void> {
  if (quiet) return;
  const invoked = room.asyncInvoker.invokeNotice({ event, except: name });
  await orLog(room, 'a notice was not sent', invoked, undefined, { event: event.event });
}

/**
 * Ends a session, and announces the logout. Idempotent: returns false and does nothing if the session has ended or moved to
 * another connection, or the guard does not hold.
 */
export async function endSession(room: Room, session: Session, reason: EndReason, guard?: EndGuard): Promise<boolean> {
  return end(room, session, reason, guard, async () => {});
}

/**
 * Sessions ended concurrently. Each ending is a transaction and an update of the room's one item, which holds the
 * count.
 */
const atOnce = 10;

/** Ends many sessions. A failure is logged, and the next run of the sweeper tries again. */
export function endEach<T>(room: Room, sessions: readonly Session[], end: (session: Session) => Promise<T>) {
  const orLogged = (session: Session) =>
    orLog(room, 'a session was not ended', end(session), undefined, { connectionId: session.connectionId });
  return pMap(sessions, orLogged, { concurrency: atOnce });
}

/**
 * Ends a session for the administrator. Returns false and does nothing if it has ended, or moved to another connection. The
 * reason is stored: a later `resume` is refused with it, so that the client does not log in again by itself
 * (docs/decisions/0093).
 */
export async function kickOut(room: Room, session: Session, reason: string): Promise<boolean> {
  const { name, connectionId, tokenHash } = session;
  const sayLast = () => sayAndClose(room, connectionId, eventFrame({ type: 'event', event: 'kicked', reason }));
  if (await end(room, session, 'kicked', { kickReason: reason }, sayLast)) return true;
  // A change of the password replaces or removes the session's token, so the guard failed. Try again with the current token.
  const current = await room.sessions.find(name);
  const isChanged = current?.connectionId === connectionId && current.tokenHash !== tokenHash;
  return isChanged && kickOut(room, current, reason);
}

/** Ends a session because the room has stopped. The other users are not told: they are sent away, too. */
export const endStopped = (room: Room, session: Session, message: string): Promise<boolean> =>
  dismiss(room, session, 'stop', { type: 'event', event: 'stop', message });

/** Ends a session as {@link endSession} does, posts a last event to its client, and closes the connection. */
export async function dismiss(
  room: Room,
  session: Session,
  reason: EndReason | 'stop',
  lastWord: RoomEvent,
  guard?: EndGuard,
): Promise<boolean> {
  const sayLast = () => sayAndClose(room, session.connectionId, eventFrame(lastWord));
  return end(room, session, reason, guard, sayLast);
}

async function end(
  room: Room,
  session: Session,
  reason: EndReason | 'stop',
  guard: EndGuard | undefined,
  sayLast: () => Promise<void>,
): Promise<boolean> {
  const leaving = await room.sessions.end(session, room.clock.now(), guard);
  if (!leaving) return false;
  room.auditLog({ what: 'end', user: session.name, result: reason, connectionId: session.connectionId });
  await Promise.all([
    giveBack(room, leaving),
    reason === 'stop' || announce(room, { type: 'event', event: 'logout', user: session.displayName, reason }, session),
    sayLast(),
  ]);
  return true;
}

/** Posts a last frame and closes the connection. If the close fails, API Gateway's idle limit closes the connection. */
export async function sayAndClose(room: Room, connectionId: string, frame: string): Promise<void> {
  await room.gateway.post(connectionId, frame);
  await orLog(room, 'a connection was not closed', room.gateway.close(connectionId), undefined, { connectionId });
}

/** Handles the end of a connection: the client closed it, or it was lost. */
export async function connectionClosed(room: Room, connectionId: string, how: 'closed' | 'lost'): Promise<void> {
  const connection = await room.connections.close(connectionId);
  if (!connection) return;
  const { member, address } = connection;
  if (!member) return room.guests.forget({ address, connectionId, at: room.clock.now() });
  if (how === 'lost') return connectionLost(room, member, connectionId);
  const session = await room.sessions.find(member.name);
  if (session?.connectionId === connectionId) await endSession(room, session, 'logout');
}

/**
 * Starts the grace period. Invokes the sweeper, unless another caller has: its run waits for the end of the grace period. The
 * next scheduled run could be late.
 */
async function connectionLost(room: Room, member: Member, connectionId: string): Promise<void> {
  const now = room.clock.now();
  if (!(await room.sessions.detach(member, connectionId, now))) return;
  const { grace } = await room.state.read();
  if (await room.state.claimSweep(now, now + grace * 1000)) await room.asyncInvoker.invokeSweeper();
}
