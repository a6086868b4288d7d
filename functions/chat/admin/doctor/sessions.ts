import { dismiss } from '../../end-session.ts';
import type { Session } from '../../model.ts';
import { giveBack } from '../../seats.ts';
import type { AdminRoom } from '../ports.ts';
import { counterFinding } from './accounts.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** Compares the count of users online with the sessions, and the room stream's counter with the stream. */
export const examineCounts: Examine = async (room) => ({
  checked: 1,
  findings: [...(await examineOnline(room)), ...(await examineBroadcasts(room))],
  next: undefined,
});

async function examineBroadcasts(room: AdminRoom): Promise<Finding[]> {
  const stream = { kind: 'room' } as const;
  const { given, stored } = await room.doctorStore.numbers(stream);
  return given !== undefined && stored > given ? [counterFinding(room, 'everybody', stream, given, stored)] : [];
}

async function examineOnline(room: AdminRoom): Promise<Finding[]> {
  const { online, logins, entering } = await room.seats.read();
  const present = (await room.sessions.all()).length;
  // Not comparable while a seat is in doubt. The sweeper settles seats and compares every minute.
  const isSettled = entering.size === 0 && (await room.seats.leaving()).length === 0;
  if (!isSettled || online === present || logins !== (await room.seats.read()).logins) return [];
  const finding: Finding = {
    kind: 'count',
    about: 'the count',
    text: `The count of users online is ${online}, but there are ${present} sessions.`,
    repair: () => room.seats.correctCount(present, logins),
  };
  return [finding];
}

/** Compares each session with its account, its connection on record, and API Gateway. */
export const examineSessions: Examine = async (room) => {
  const sessions = await room.sessions.all();
  const findings = await lookTwice(room, sessions, (session) => lookAtSession(room, session));
  return { checked: sessions.length, findings, next: undefined };
};

async function lookAtSession(room: AdminRoom, seen: Session): Promise<Finding | undefined> {
  const session = await room.sessions.find(seen.name);
  // The session has ended or moved since.
  if (session?.connectionId !== seen.connectionId) return undefined;
  const { displayName: about, connectionId } = session;
  const [account, connection, isOpen] = await Promise.all([
    room.accounts.find(session.name),
    room.connections.find(connectionId),
    room.gateway.isOpen(connectionId),
  ]);
  if (account?.accountId !== session.accountId) {
    const text = `${about} is online, but has no account.`;
    return { kind: 'session-without-account', about, text, repair: () => dropSession(room, session) };
  }
  if (session.detachedAt !== undefined) return undefined;
  if (!isOpen) {
    const text = `${about} counts as online over a connection that API Gateway does not know.`;
    const repair = () => room.sessions.detachReversibly(session, connectionId, room.clock.now());
    return { kind: 'ghost', about, text, repair };
  }
  if (connection?.member?.accountId === session.accountId) return undefined;
  return {
    kind: 'session-without-connection',
    about,
    text: `${about} is online over a connection that is not bound to them.`,
    repair: () => dismiss(room, session, 'kicked', { type: 'event', event: 'kicked', reason: notOnRecord }),
  };
}

const notOnRecord = 'Your connection was not on record.';

async function dropSession(room: AdminRoom, session: Session): Promise<boolean> {
  const leaving = await room.doctorStore.dropSession(session);
  if (!leaving) return false;
  await giveBack(room, leaving);
  return true;
}
