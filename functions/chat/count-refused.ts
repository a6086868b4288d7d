import pMap from 'p-map';
import type { RefusalCode } from '../../protocol/index.ts';
import type { Caller } from './audit-log.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';
import { Refusal } from './refusal.ts';

/**
 * As how many connects, of CONNECTS_PER_ADDRESS, a guest's refused frame counts. 0: the refusal says nothing against the
 * guest, because its password was right, it sends too fast, or the room is at fault. A client that was away for long
 * presents its old token once. When many sessions of an office end together, frames of former members are on their way.
 */
const connectsOf: Readonly<Partial<Record<RefusalCode, number>>> = {
  'already-logged-in': 0,
  'already-online': 0,
  internal: 0,
  'password-change-required': 0,
  'rate-limited': 0,
  'room-full': 0,
  'room-stopped': 0,
  'bad-token': 1,
  kicked: 1,
  'not-logged-in': 1,
};
export const refusedConnects = 4;

/**
 * Counts a guest's refused frame as new connections of its address, so that no address can use up the throttle of a route
 * with such frames for long (docs/decisions/0063).
 */
export async function countRefused(room: Room, { member, address }: Caller, error: unknown): Promise<void> {
  if (member || !(error instanceof Refusal)) return;
  const connects = connectsOf[error.code] ?? refusedConnects;
  if (connects > 0) await penalize(room, address, connects);
}

/** Counts new connections of an address in addition. If they are used up, closes its guests. */
export async function penalize(room: Room, address: string, connects: number): Promise<void> {
  const counted = room.guests.penalize(address, connects, room.clock.now());
  const guests = await orLog(room, 'the connects of an address were not counted', counted, []);
  if (guests.length === 0) return;
  room.auditLog({ what: 'close', result: 'too-many-connects', address, about: { guests: guests.length } });
  await pMap(
    guests,
    (connectionId) =>
      orLog(room, 'a connection was not closed', room.gateway.close(connectionId), undefined, { connectionId }),
    { concurrency: 20 },
  );
}
