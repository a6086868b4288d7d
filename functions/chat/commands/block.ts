import { foldName, limits } from '../../../protocol/index.ts';
import type { Account, Member } from '../model.ts';
import type { Room } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { handle } from './command.ts';

const findBoth = async (room: Room, member: Member, user: string): Promise<{ own: Account; other: Account }> => {
  const name = foldName(user);
  if (name === member.name) throw new Refusal('block-self');
  const [own, other] = await Promise.all([room.accounts.find(member.name), room.accounts.find(name)]);
  if (own?.accountId !== member.accountId) throw new Refusal('not-logged-in');
  if (!other) throw new Refusal('no-such-user');
  return { own, other };
};

/** Takes those who have deregistered since out of a full list, in which they are not even listed. */
async function makeSpace(room: Room, own: Account): Promise<void> {
  const accounts = await room.accounts.findAll([...own.blocks.values()]);
  const present = new Set(accounts.map((account) => account.accountId));
  const gone = [...own.blocks.keys()].filter((accountId) => !present.has(accountId));
  if (gone.length === 0) throw new Refusal('too-many-blocked');
  await room.accounts.forgetBlocks(own, gone);
}

export const block = handle('block', {
  async run(room, { arguments: { user }, member }) {
    const { own, other } = await findBoth(room, member, user);
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

export const unblock = handle('unblock', {
  async run(room, { arguments: { user }, member }) {
    const { own, other } = await findBoth(room, member, user);
    if (!own.blocks.has(other.accountId)) throw new Refusal('not-blocked');
    if (!(await room.accounts.unblock(own, other))) throw new Refusal('not-blocked');
    return {};
  },
});
