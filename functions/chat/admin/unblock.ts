import { foldName } from '../../../protocol/index.ts';
import { type AdminHandler, iso } from './handler.ts';
import { AdminRefusal } from './refusal.ts';

export const unblock: AdminHandler<'unblock'> = async (room, { user, address }) => {
  const lifted = await room.keeper.liftBlocks(foldName(user), address, room.clock.now());
  if (lifted.length === 0) {
    throw new AdminRefusal('not-blocked', `${user} is not blocked${address === undefined ? '' : ` on ${address}`}.`);
  }
  return { blocks: lifted.map((block) => ({ user, address: block.address, until: iso(block.blockedUntil) })) };
};
