import { blockParties } from '../block-parties.ts';
import { memberCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

export const unblock = memberCommand('unblock', {
  async run(room, { arguments: { user }, member }) {
    const { own, other } = await blockParties(room, member, user);
    if (!own.blocks.has(other.accountId)) throw new Refusal('not-blocked');
    if (!(await room.accounts.unblock(own, other))) throw new Refusal('not-blocked');
    return {};
  },
});
