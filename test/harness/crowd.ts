import pMap from 'p-map';
import type { RawClient } from './raw-client.ts';
import type { SceneRoom } from './room.ts';

/**
 * Lets `count` users be present without a login each, which would take a minute for hundreds. No other client may come
 * or go.
 */
export async function enterCrowd(room: SceneRoom, count: number): Promise<RawClient[]> {
  const before = room.local.connections.length;
  const clients = await pMap(Array.from({ length: count }), () => room.connect(), { concurrency: 8 });
  const now = Date.now();
  const present = room.local.connections.slice(before).map(({ connectionId }, index) => ({
    ...{ shard: 0, name: `crowd${index}`, displayName: `crowd${index}`, accountId: `crowd${index}`, connectionId },
    ...{ address: '127.0.0.1', since: now, activeSince: now },
  }));
  await room.database.putAll('Presence', present);
  const { counted } = await room.database.counts();
  await room.database.falsifyCount(counted + count);
  return clients;
}
