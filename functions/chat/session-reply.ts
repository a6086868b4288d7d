import { eventFrame } from '../../protocol/index.ts';
import type { Account, Positions } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';

/** The last word to a connection whose session has gone on over another. */
export const replacedFrame = eventFrame({ type: 'event', event: 'replaced' });

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
