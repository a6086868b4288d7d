import { deliverToAll, spread } from './deliver.ts';
import type { FanOut, Room } from './ports.ts';

/** Carries out a post to many: to everyone online now, or to the connections of one slice. */
export async function fanOut(room: Room, post: FanOut): Promise<void> {
  if (post.to !== 'everyone') return deliverToAll(room, post.to, post.event, post.attempt);
  const present = await room.sessions.all();
  const others = present.filter((session) => session.detachedAt === undefined && session.name !== post.except);
  await spread(room, others, post.event);
}
