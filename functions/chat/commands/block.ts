import { limits } from '../../../protocol/index.ts';
import { blockParties } from '../block-parties.ts';
import { memberCommand } from '../command.ts';
import type { Account } from '../model.ts';
import type { Room } from '../ports.ts';
import { Refusal } from '../refusal.ts';

export const block = memberCommand('block', {
  async run(room, { arguments: { user }, member }) {
    const { own, other } = await blockParties(room, member, user);
    if (own.blocks.has(other.accountId)) throw new Refusal('already-blocked');
    if (own.blocks.size >= limits.blockedUsers) await makeSpace(room, own);
    switch (await room.accounts.block(own, other)) {
      case 'blocked':
        return {};
      case 'full':
        throw new Refusal('too-many-blockers');
      case 'changed':
        throw new Refusal('already-blocked');
    }
  },
});

/** Removes the blocks of deleted accounts from a full list; `blocklist` does not show them, so the user cannot remove them. */
async function makeSpace(room: Room, own: Account): Promise<void> {
  const accounts = await room.accounts.findAll([...own.blocks.values()]);
  const existing = new Set(accounts.map((account) => account.accountId));
  const deleted = [...own.blocks.keys()].filter((accountId) => !existing.has(accountId));
  if (deleted.length === 0) throw new Refusal('too-many-blocked');
  await room.accounts.forgetBlocks(own, deleted);
}
