import { type AdminHandler, iso } from '../handler.ts';

export const blockedUsers: AdminHandler<'blocked-users'> = async (room, { from }) => {
  const { items, next } = await room.queries.loginBlocks(room.clock.now(), from);
  const accounts = await room.accounts.findAll(items.map((block) => block.name));
  const displayNames = new Map(accounts.map((account) => [account.name, account.displayName]));
  return {
    users: items.map(({ name, address, blockedUntil }) => ({
      user: displayNames.get(name) ?? name,
      address,
      until: iso(blockedUntil),
    })),
    ...(next !== undefined && { next }),
  };
};
