import pMap from 'p-map';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';

/** Addresses handled concurrently. */
const concurrency = 20;

/**
 * Closes the connections that have not logged in within `guestTime` seconds, and uncounts guests whose `$disconnect` never came. So an
 * address gets its places back, whatever was lost.
 */
export async function closeLateGuests(room: Room, guestTime: number, now: number): Promise<void> {
  const addresses = await room.guests.addresses(now);
  await pMap(
    addresses,
    async ({ address, guests, hasConnects }) => {
      const late = [...guests].filter(([, openedAt]) => openedAt <= now - guestTime * 1000);
      for (const [connectionId] of late) {
        const closed = closeGuest(room, { address, connectionId, at: now });
        await orLog(room, 'a guest was not closed', closed, undefined, { connectionId });
      }
      if (guests.size === late.length && !hasConnects) await room.guests.tidy(address, now);
    },
    { concurrency },
  );
}

/** The item is deleted first: a login that commits before that keeps its connection, and a later one is refused. */
async function closeGuest(room: Room, guest: { address: string; connectionId: string; at: number }): Promise<void> {
  const { connectionId } = guest;
  if (await room.connections.closeGuest(connectionId)) await room.gateway.close(connectionId);
  await room.guests.forget(guest);
}
