import type { EventOf } from '../../protocol/index.ts';
import { deliverBroadcast } from './deliver.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';

/** Posts a broadcast that has been committed to everybody online; gives how many they are. */
export async function broadcastToAll(
  room: Room,
  committed: EventOf<'broadcast'>,
  hiddenFrom: ReadonlySet<string>,
): Promise<number> {
  // Read after the commit: whoever logs in later reads the stream later, too.
  const present = await orLog(room, 'a broadcast was posted to nobody', room.sessions.all(), []);
  const online = present.filter((session) => session.detachedAt === undefined);
  const delivery = deliverBroadcast(room, online, committed, hiddenFrom);
  await orLog(room, 'a broadcast was not posted to everybody', delivery, undefined);
  return online.length;
}
