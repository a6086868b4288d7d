import pMap from 'p-map';
import type { RoomEvent } from '../../protocol/index.ts';
import { deliver, onlineSessions } from './deliver.ts';
import { orLog } from './or-log.ts';
import type { Notice, Room } from './ports.ts';

/** Up to this many users online, each login and logout is told at once. */
export const smallRoom = 50;

/** Above it, notices take at most this many posts per second, however many users come and go. */
export const noticePostsPerSecond = 100;

/** With more users online than this, logins and logouts are not told: a batch would wait for longer than half a minute. */
export const largestRoomWithNotices = 3_000;

/** While many users come and go, a batch waits at least this long (ms). */
export const longIntervalMs = 30_000;

/** Few, so that messages find API Gateway's quota and a free socket. */
const concurrency = 20;

/**
 * Tells the users online of a login or logout. In a large room, or while many users come and go, a run of this function waits, and posts
 * `presence` with what was counted meanwhile. Notices are best effort: a post that fails is not repeated by another run.
 */
export async function postNotice(room: Room, { event, except }: Notice): Promise<void> {
  const { online, logins } = await room.state.read();
  if (online > largestRoomWithNotices) return;
  const now = room.clock.now();
  const isTurbulent = room.turnover.isHigh(logins, now);
  if (online <= smallRoom && !isTurbulent) return postToAll(room, () => event, except);
  const intervalMs = Math.max((1000 * online) / noticePostsPerSecond, isTurbulent ? longIntervalMs : 0);
  const dueAt = await room.noticeBatch.add(event.event, now, intervalMs);
  if (dueAt === undefined) return;
  await room.clock.sleepUntil(dueAt);
  const { came, left } = await room.noticeBatch.take(room.clock.now());
  if (came + left === 0) return;
  if (came + left === 1) return postToAll(room, () => event, except);
  await postToAll(room, (count) => ({ type: 'event', event: 'presence', online: count, came, left }));
}

async function postToAll(room: Room, eventFor: (online: number) => RoomEvent, except?: string): Promise<void> {
  const online = await onlineSessions(room);
  const event = eventFor(online.length);
  await pMap(
    online.filter((session) => session.name !== except),
    (session) => orLog(room, 'a notice was not posted', deliver(room, session, event), 'failed'),
    { concurrency },
  );
}
