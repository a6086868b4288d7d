import { type AdminHandler, iso } from '../handler.ts';

/** A Lambda response holds 6 MB, about 40,000 users. */
const pageSize = 5_000;

export const onlineUsers: AdminHandler<'online-users'> = async (room, { from = '' }) => {
  // Sessions are sorted by name.
  const left = (await room.sessions.all()).filter((session) => session.name > from);
  const some = left.slice(0, pageSize);
  const lastActive = await room.queries.lastActive(some.map((session) => session.connectionId));
  const next = left.length > pageSize ? some.at(-1)?.name : undefined;
  return {
    users: some.map((session) => ({
      user: session.displayName,
      address: session.address,
      since: iso(session.since),
      lastActive: iso(lastActive.get(session.connectionId) ?? session.activeSince),
      state: session.detachedAt === undefined ? 'online' : 'lost',
    })),
    ...(next !== undefined && { next }),
  };
};
