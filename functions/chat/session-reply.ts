import { eventFrame } from '../../protocol/index.ts';
import { banReason, isBanned } from './bans.ts';
import { endSession } from './end-session.ts';
import type { Account, Positions, Session } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';
import { mayRemoveMark } from './seats.ts';

/** The last frame to a connection whose session continues over another one. */
export const replacedFrame = eventFrame({ type: 'event', event: 'replaced' });

/**
 * The last step of a login or a resume. The room admitted the client when the command began. `stop` and `ban` write the
 * Room item before they list the sessions. So either they list this session, or this function reads what they wrote, and
 * ends the session. A password that the login has set stays set.
 *
 * `seat`: the login's new seat, if it has one. `resumed`: the connection is no new one, so it no longer counts among its
 * address's connects.
 * @throws Refusal if the room is closed, or the address is banned.
 */
export async function confirmOrEnd(
  room: Room,
  session: Session,
  { seat, resumed }: { readonly seat?: string | undefined; readonly resumed: boolean },
): Promise<void> {
  const now = room.clock.now();
  const guest = { address: session.address, connectionId: session.connectionId, at: now };
  const settled = mayRemoveMark(session.since, now) ? seat : undefined;
  const [{ open, bans }] = await Promise.all([
    orLog(room, 'a login was not confirmed', room.seats.confirm(settled), { open: true, bans: {} }),
    orLog(room, 'a guest was not uncounted', room.guests.forget(guest, { resumed }), undefined),
  ]);
  if (open && !isBanned(bans, session.address, now)) return;
  if (open) await endSession(room, session, 'kicked', { kickReason: banReason });
  else await endSession(room, session, 'logout');
  throw new Refusal(open ? 'banned' : 'room-stopped');
}

/**
 * How many numbers of each stream the user has not acknowledged, including expired messages and numbers without a
 * message. 0 if the read fails; `sync` still returns the messages.
 */
export function unread(room: Room, account: Account): Promise<Positions> {
  return orLog(room, 'unread messages were not counted', count(room, account), { inbox: 0, room: 0 });
}

async function count(room: Room, account: Account): Promise<Positions> {
  const { acknowledged } = account;
  const [inbox, broadcasts] = await Promise.all([
    room.streams.end({ kind: 'inbox', owner: account, acknowledged: acknowledged.inbox }),
    room.streams.end({ kind: 'room' }),
  ]);
  return {
    inbox: Math.max(0, inbox - acknowledged.inbox),
    room: Math.max(0, broadcasts - acknowledged.room),
  };
}
