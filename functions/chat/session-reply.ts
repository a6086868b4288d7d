import { eventFrame } from '../../protocol/index.ts';
import { endSession } from './end-session.ts';
import type { Account, Positions, Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';

/** The last word to a connection whose session has gone on over another. */
export const replacedFrame = eventFrame({ type: 'event', event: 'replaced' });

/**
 * The last step of a login (which has a new `seat`) or a resume. The room was open when it began; a `stop` closes the room before it lists the
 * sessions. So either the stop lists this session, or the closed room is seen here, and the session ends.
 * @throws Refusal if the room is closed.
 */
export async function confirmOrEnd(room: Room, session: Session, seat?: string): Promise<void> {
  const isOpen = await orLog(room, 'a login was not confirmed', room.seats.confirm(seat), true);
  if (isOpen) return;
  await endSession(room, session, 'logout');
  throw new Refusal('room-stopped');
}

/** How many messages wait for somebody in each stream; none if they could not be counted: `sync` gives them all the same. */
export function unread(room: Room, account: Account): Promise<Positions> {
  return orLog(room, 'what waits for somebody was not counted', count(room, account), { inbox: 0, room: 0 });
}

async function count(room: Room, account: Account): Promise<Positions> {
  const { acknowledged } = account;
  const [newestInbox, newestRoom] = await Promise.all([
    room.streams.newestInbox(account.name),
    room.streams.newestRoom(),
  ]);
  const [inbox, roomLast] = await Promise.all([
    room.streams.last({ kind: 'inbox', owner: account, acknowledged: acknowledged.inbox }, newestInbox),
    room.streams.last({ kind: 'room' }, newestRoom),
  ]);
  return {
    inbox: Math.max(0, inbox - acknowledged.inbox),
    room: Math.max(0, roomLast - acknowledged.room),
  };
}
