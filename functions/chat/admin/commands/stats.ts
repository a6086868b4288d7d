import { estimate } from '../estimate.ts';
import type { AdminHandler } from '../handler.ts';

export const stats: AdminHandler<'stats'> = async (room) => {
  const now = room.clock.now();
  const [state, sizes, broadcasts] = await Promise.all([
    room.state.read(),
    room.queries.sizes(now),
    room.streams.end({ kind: 'room' }),
  ]);
  return {
    users: sizes.users.items,
    online: state.online,
    messages: sizes.messages.items,
    ...(sizes.bytes !== undefined && { storedBytes: sizes.bytes }),
    objectBytes: sizes.objectBytes,
    estimate: estimate({ ...state, broadcasts }, sizes, now),
  };
};
