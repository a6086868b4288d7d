import { type AdminHandler, iso } from '../handler.ts';

export const allUsers: AdminHandler<'all-users'> = async (room, { from }) => {
  const [{ items, next }, present] = await Promise.all([room.queries.accounts(from), room.sessions.all()]);
  const states = new Map(
    present.map((session) => [
      session.name,
      session.detachedAt === undefined ? ('online' as const) : ('lost' as const),
    ]),
  );
  return {
    users: items.map(({ name, displayName, createdAt, lastSeenAt }) => ({
      user: displayName,
      created: iso(createdAt),
      ...(lastSeenAt !== undefined && { lastSeen: iso(lastSeenAt) }),
      state: states.get(name) ?? 'offline',
    })),
    ...(next !== undefined && { next }),
  };
};
