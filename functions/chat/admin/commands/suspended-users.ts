import type { AdminHandler } from '../handler.ts';

export const suspendedUsers: AdminHandler<'suspended-users'> = async (room, { from }) => {
  const { items, next } = await room.queries.suspended(from);
  return { users: items.map(({ displayName }) => ({ user: displayName })), ...(next !== undefined && { next }) };
};
