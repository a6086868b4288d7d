import { handle } from './command.ts';
import { sorted } from './whoelse.ts';

export const blocklist = handle('blocklist', {
  async run(room, { member }) {
    const own = await room.accounts.find(member.name);
    if (!own) return { users: [] };
    const accounts = await room.accounts.findAll([...own.blocks.values()]);
    // A deleted account's name may have a new owner, whom nobody has blocked.
    const blocked = accounts.filter((account) => own.blocks.has(account.accountId));
    return { users: sorted(blocked.map((account) => account.displayName)) };
  },
});
