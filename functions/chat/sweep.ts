import pMap from 'p-map';
import { dismiss, endSession } from './end-session.ts';
import { activityResolutionMs, type Session, type Settings } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room, SeatState, State } from './ports.ts';
import { giveBack, settleSeats } from './seats.ts';

/** How far ahead (ms) one run looks: to the next one, a minute later, and half a minute for a schedule that is late. */
const horizon = 90_000;

/** Sessions that fall due this close together (ms) are ended together. */
const together = 500;

/** More at once would only wait for sockets, and some of them for longer than a request may take. */
const lookedAfterAtOnce = 50;

/** Each ending is a transaction on the room's one item, and those side by side get in one another's way. */
const endedAtOnce = 10;

/** A session younger than this (ms) is not looked for: its connection was there a moment ago. */
const freshness = 5_000;

/**
 * One run of the sweeper: ghosts are found, the count is corrected, and every session that falls due before the next run
 * is ended when it does. Runs may overlap and be repeated: whatever they do is guarded by what they read.
 */
export async function sweep(room: Room): Promise<void> {
  const startedAt = room.clock.now();
  const [state, seats] = await Promise.all([room.state.read(), room.seats.read()]);
  const sessions = await room.sessions.all();
  room.recordMetrics({ peopleOnline: sessions.filter((session) => session.detachedAt === undefined).length });
  // None of these may keep the others, nor those that are due, waiting for the next run.
  const outcomes = await Promise.allSettled([
    correctCount(room, seats, sessions, startedAt),
    endLeftovers(room, seats, sessions, startedAt),
    // Nobody's minutes are not worth a write.
    ...(state.online > 0 ? [noteUsage(room, state, startedAt)] : []),
    pMap(sessions, (session) => lookAfter(room, session, state, startedAt), { concurrency: lookedAfterAtOnce }),
  ]);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') room.logError('a part of the sweep failed', outcome.reason);
  }
  await endDueSessions(room, startedAt + horizon);
}

/**
 * Settles seats that are in doubt, and sets the count right should it ever be wrong. It is known to be only if no seat was in doubt, and
 * nobody came or went since `state` was read; otherwise the next run compares.
 */
async function correctCount(room: Room, state: SeatState, sessions: readonly Session[], now: number): Promise<void> {
  const isCertain = await settleSeats(room, state, sessions, now);
  const [was, is] = [state.online, sessions.length];
  if (!isCertain || was === is || !(await room.seats.correctCount(is, state.logins))) return;
  room.recordMetrics({ countDrift: Math.abs(was - is) });
  room.logError('the count of those online was wrong', undefined, { was, is });
}

/** A `stop` has ended every session by this time (ms) after it closed the room, but for those it could not see. */
const stopTime = 120_000;

/**
 * Ends sessions in a closed room. A login or resume that meets the stop sees afterwards that the room is closed, and ends its session
 * itself; if it was killed before that, the session is found here.
 */
async function endLeftovers(room: Room, state: SeatState, sessions: readonly Session[], now: number): Promise<void> {
  if (state.open || state.closedAt === undefined || state.closedAt > now - stopTime) return;
  for (const session of sessions) {
    const leaving = await room.sessions.end(session, now);
    if (!leaving) continue;
    room.auditLog({ what: 'end', user: session.name, result: 'stop', connectionId: session.connectionId });
    await giveBack(room, leaving);
    await room.gateway.close(session.connectionId);
  }
}

const noteUsage = (room: Room, state: State, now: number) =>
  room.state.noteUsage(state, state.online, now, () => room.streams.end({ kind: 'room' }));

async function lookAfter(room: Room, session: Session, settings: Settings, now: number): Promise<void> {
  const { connectionId } = session;
  const looks = [findGhost(room, session, now), noteActivity(room, session, settings, now + horizon)];
  await Promise.all(
    looks.map((one) => orLog(room, 'a session was not looked after', one, undefined, { connectionId })),
  );
}

/** API Gateway may never send $disconnect: whoever is taken to be online is looked for. */
async function findGhost(room: Room, session: Session, now: number): Promise<void> {
  if (session.detachedAt !== undefined || session.since > now - freshness) return;
  if ((await room.gateway.lastActiveAt(session.connectionId)) !== undefined) return;
  await room.sessions.detach(session, session.connectionId, room.clock.now());
}

/** When (epoch ms) a session is due to end, from what is known of it; it may be later, never earlier. */
function dueAt(session: Session, settings: Settings): number {
  if (session.detachedAt !== undefined) return session.detachedAt + settings.grace * 1000;
  return session.activeSince + settings.timeOut * 1000 + activityResolutionMs;
}

/**
 * Moves the bound of a session that seems to fall due before a time, and does not: its owner has been active. Otherwise
 * this run would wait for it, and a second of that costs more than what is read and written here.
 */
async function noteActivity(room: Room, session: Session, settings: Settings, until: number): Promise<void> {
  if (session.detachedAt !== undefined || dueAt(session, settings) > until) return;
  const connection = await room.connections.find(session.connectionId);
  if (!connection || dueAt({ ...session, activeSince: connection.lastActiveAt }, settings) <= until) return;
  await room.sessions.noteActivity(session, connection.lastActiveAt);
}

/** Ends sessions as they fall due, until nothing more falls due before a time. Whatever has changed meanwhile is read again. */
async function endDueSessions(room: Room, until: number): Promise<void> {
  for (;;) {
    const [settings, sessions] = await Promise.all([room.state.read(), room.sessions.all()]);
    const now = room.clock.now();
    const due = sessions.filter((session) => dueAt(session, settings) <= now);
    const end = (session: Session) =>
      orLog(room, 'a session that is over was not ended', endIfStillDue(room, session, settings), undefined);
    const outcomes = await pMap(due, end, { concurrency: endedAtOnce });
    if (outcomes.includes('later')) continue;
    // Under a short TIME_OUT, a session that begins after this reading is due before the next run reads.
    const unseen = now + settings.timeOut * 1000 + activityResolutionMs;
    const next = Math.min(unseen, ...sessions.map((session) => dueAt(session, settings)).filter((time) => time > now));
    if (next > until) return;
    await room.clock.sleepUntil(next + together);
  }
}

async function endIfStillDue(room: Room, session: Session, settings: Settings): Promise<'ended' | 'later'> {
  if (session.detachedAt !== undefined) {
    await endSession(room, session, 'lost', { detachedAt: session.detachedAt });
    return 'ended';
  }
  const connection = await room.connections.find(session.connectionId);
  const lastActiveAt = Math.max(connection?.lastActiveAt ?? 0, session.activeSince);
  if (dueAt({ ...session, activeSince: lastActiveAt }, settings) > room.clock.now()) {
    await room.sessions.noteActivity(session, lastActiveAt);
    return 'later';
  }
  const lastWord = { type: 'event', event: 'timeout', seconds: settings.timeOut } as const;
  await dismiss(room, session, 'timeout', lastWord, connection ? { lastActiveAt: connection.lastActiveAt } : {});
  return 'ended';
}
