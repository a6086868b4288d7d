import type { EventOf } from '../../protocol/index.ts';
import { deliverBroadcast, onlineSessions } from './deliver.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';

/** Posts a committed broadcast to all users online. Returns their number. */
export async function broadcastToAll(
  room: Room,
  committed: EventOf<'broadcast'>,
  hiddenFrom: ReadonlySet<string>,
): Promise<number> {
  // Read presence after the commit: a user who logs in later also reads the stream later.
  const online = await orLog(room, 'a broadcast was posted to no one', onlineSessions(room), []);
  const delivery = deliverBroadcast(room, online, committed, hiddenFrom);
  await orLog(room, 'a broadcast was not posted to all users', delivery, undefined);
  return online.length;
}
