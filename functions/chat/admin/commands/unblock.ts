import { foldName } from '../../../../protocol/index.ts';
import { type AdminHandler, iso } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';

export const unblock: AdminHandler<'unblock'> = async (room, { user, address }) => {
  const name = foldName(user);
  const lifted = await room.accountAdmin.liftBlocks(name, address, room.clock.now());
  if (lifted.length === 0) {
    throw new AdminRefusal('not-blocked', `${user} is not blocked${address === undefined ? '' : ` on ${address}`}.`);
  }
  // A name without an account can be blocked, too.
  const account = await room.accounts.find(name);
  const displayName = account?.displayName ?? user;
  return {
    blocks: lifted.map((block) => ({ user: displayName, address: block.address, until: iso(block.blockedUntil) })),
  };
};
