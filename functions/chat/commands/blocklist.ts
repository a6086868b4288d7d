import { memberCommand } from '../command.ts';
import { sortNames } from '../user-list.ts';

export const blocklist = memberCommand('blocklist', {
  async run(room, { member }) {
    const own = await room.accounts.find(member.name);
    if (!own) return { users: [] };
    const accounts = await room.accounts.findAll([...own.blocks.values()]);
    // The name of a deleted account may have a new owner, who is not blocked.
    const blocked = accounts.filter((account) => own.blocks.has(account.accountId));
    return { users: sortNames(blocked.map((account) => account.displayName)) };
  },
});
