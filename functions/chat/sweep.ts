import pMap from 'p-map';
import { banReason, bansInForce, isBanned } from './bans.ts';
import { keepBudget } from './budget.ts';
import { closeLateGuests } from './close-late-guests.ts';
import { dismiss, endEach, endSession, endStopped, kickOut } from './end-session.ts';
import { activityResolutionMs, type Session, type Settings } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room, SeatState, State } from './ports.ts';
import { askIfThere } from './post-surely.ts';
import { reattach } from './reattach.ts';
import { settleSeats } from './seats.ts';
import { dueOfNew, horizon } from './sweep-horizon.ts';
import { monthOf } from './usage.ts';

/** Sessions that fall due this close together (ms) are ended together. */
const together = 500;

/** Connections checked concurrently. More would only wait for sockets, and some requests would time out. */
const lookedAfterAtOnce = 50;

/** Sessions younger than this (ms) are not checked: their connection was there a moment ago. */
const freshness = 5_000;

/**
 * One run of the sweeper. It detaches ghosts (sessions whose connection is gone without a `$disconnect`), corrects the count,
 * and ends every session that falls due before the next run. Runs may overlap and be repeated: each write is conditional on the
 * data that was read.
 */
export async function sweep(room: Room): Promise<void> {
  const startedAt = room.clock.now();
  const [state, seats] = await Promise.all([room.state.read(), room.seats.read()]);
  const sessions = await room.sessions.all();
  room.recordMetrics({ peopleOnline: sessions.filter((session) => session.detachedAt === undefined).length });
  // A failure of one part must not delay the other parts or the sessions that are due.
  const outcomes = await Promise.allSettled([
    correctCount(room, seats, sessions, startedAt),
    endLeftovers(room, seats, sessions, startedAt),
    endBanned(room, state, sessions, startedAt),
    closeLateGuests(room, state.guestTime, startedAt),
    // An empty room needs a write only at the start of a month, to begin the month's counts.
    ...(state.online > 0 || isNewMonth(state, startedAt) ? [noteUsage(room, state, startedAt)] : []),
    keepBudget(room, state, sessions, startedAt),
    endDue(room, sessions, state),
    pMap(sessions, (session) => lookAfter(room, session, state, startedAt), { concurrency: lookedAfterAtOnce }),
  ]);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') room.logError('a part of the sweep failed', outcome.reason);
  }
  await endDueSessions(room, startedAt + horizon);
}

/**
 * Settles seats in doubt, and corrects the count if it is wrong. The comparison is valid only if no seat was in doubt
 * and `logins` has not changed since `state` was read. Otherwise the next run compares.
 */
async function correctCount(room: Room, state: SeatState, sessions: readonly Session[], now: number): Promise<void> {
  const isCertain = await settleSeats(room, state, sessions, now);
  const [was, is] = [state.online, sessions.length];
  if (!isCertain || was === is || !(await room.seats.correctCount(is, state.logins))) return;
  room.recordMetrics({ countDrift: Math.abs(was - is) });
  room.logError('the count of those online was wrong', undefined, { was, is });
}

/** `stop` ends every session that it lists within this time (ms) after the room was closed. */
const stopTime = 120_000;

/**
 * Ends sessions in a closed room. A login or resume that meets the stop sees the closed room after its commit, and ends
 * its own session. If its function was killed before that, this function ends the session.
 */
async function endLeftovers(room: Room, state: SeatState, sessions: readonly Session[], now: number): Promise<void> {
  if (state.open || state.closedAt === undefined || state.closedAt > now - stopTime) return;
  await endEach(room, sessions, (session) => endStopped(room, session, ''));
}

/**
 * Ends sessions whose address is banned. A login reads the bans after its commit, and ends its own session if its address
 * is banned. If that read failed, or the login's function was killed before it, this function ends the session.
 */
async function endBanned(room: Room, { bans }: State, sessions: readonly Session[], now: number): Promise<void> {
  if (bansInForce(bans, now).length === 0) return;
  const banned = sessions.filter(({ address }) => isBanned(bans, address, now));
  await endEach(room, banned, (session) => kickOut(room, session, banReason));
}

const isNewMonth = ({ usage, spent }: State, now: number) => spent !== undefined && usage?.month !== monthOf(now);

const noteUsage = (room: Room, state: State, now: number) =>
  room.state.noteUsage(state, state.online, now, () => room.streams.end({ kind: 'room' }));

async function lookAfter(room: Room, session: Session, settings: Settings, now: number): Promise<void> {
  const { connectionId } = session;
  const looks = [findGhost(room, session, now), noteActivity(room, session, settings, now)];
  await Promise.all(looks.map((one) => orLog(room, 'a session was not checked', one, undefined, { connectionId })));
}

/** API Gateway may never send $disconnect, so each connection is checked. */
async function findGhost(room: Room, session: Session, now: number): Promise<void> {
  if (session.detachedAt !== undefined || session.since > now - freshness) return;
  const { connectionId } = session;
  if (await room.gateway.isOpen(connectionId)) return;
  if ((await askIfThere(room, connectionId)) !== 'gone') return;
  await room.sessions.detachReversibly(session, connectionId, room.clock.now());
}

/** The earliest time (epoch ms) at which a session may be due to end, from the given session alone. */
function dueAt(session: Session, settings: Settings): number {
  if (session.detachedAt !== undefined) return session.detachedAt + settings.grace * 1000;
  return session.activeSince + settings.timeOut * 1000 + activityResolutionMs;
}

/**
 * Stores the last activity in a session that seems to fall due during the run, if its user has been active. Without
 * this, the run would wait for the session. One second of waiting costs more than this read and write.
 */
async function noteActivity(room: Room, session: Session, settings: Settings, now: number): Promise<void> {
  const until = now + horizon;
  const due = dueAt(session, settings);
  if (session.detachedAt !== undefined || due > until || due <= now) return;
  const connection = await room.connections.find(session.connectionId);
  if (!connection || dueAt({ ...session, activeSince: connection.lastActiveAt }, settings) <= until) return;
  await room.sessions.noteActivity(session, connection.lastActiveAt);
}

/**
 * Ends sessions when they fall due, until no more fall due before a time. After each wait it reads the sessions and
 * settings again.
 */
async function endDueSessions(room: Room, until: number): Promise<void> {
  for (;;) {
    const [settings, sessions] = await Promise.all([room.state.read(), room.sessions.all()]);
    const now = room.clock.now();
    const outcomes = await endDue(room, sessions, settings);
    if (outcomes.includes('later')) continue;
    // With a short TIME_OUT, a new session may fall due before the next run reads it. The first login into an empty room starts a run.
    const isEmpty = sessions.length === 0 && settings.online === 0;
    const unseen = isEmpty ? Number.POSITIVE_INFINITY : dueOfNew(settings, now);
    const next = Math.min(unseen, ...sessions.map((session) => dueAt(session, settings)).filter((time) => time > now));
    if (next > until) return;
    await room.clock.sleepUntil(next + together);
  }
}

/** Ends the sessions that are due now. */
function endDue(
  room: Room,
  sessions: readonly Session[],
  settings: Settings,
): Promise<('ended' | 'later' | undefined)[]> {
  const now = room.clock.now();
  const due = sessions.filter((session) => dueAt(session, settings) <= now);
  return endEach(room, due, (session) => endIfStillDue(room, session, settings));
}

async function endIfStillDue(room: Room, session: Session, settings: Settings): Promise<'ended' | 'later'> {
  const { connectionId } = session;
  const connection = await room.connections.find(connectionId);
  if (session.detachedAt !== undefined) {
    const isAlive = connection?.lostAt !== undefined && (await room.gateway.isOpen(connectionId));
    if (isAlive && (await reattach(room, session, connectionId))) return 'later';
    await endSession(room, session, 'lost', { detachedAt: session.detachedAt });
    return 'ended';
  }
  const lastActiveAt = Math.max(connection?.lastActiveAt ?? 0, session.activeSince);
  if (dueAt({ ...session, activeSince: lastActiveAt }, settings) > room.clock.now()) {
    await room.sessions.noteActivity(session, lastActiveAt);
    return 'later';
  }
  const lastWord = { type: 'event', event: 'timeout', seconds: settings.timeOut } as const;
  await dismiss(room, session, 'timeout', lastWord, connection ? { lastActiveAt: connection.lastActiveAt } : {});
  return 'ended';
}
