import { type AdminHandler, iso } from './handler.ts';

/** Lambda's answer may have 6 MB, which is some 40,000 of them. */
const atOnce = 5_000;

export const onlineUsers: AdminHandler<'online-users'> = async (room, { from = '' }) => {
  // Presence is read in the order of the names.
  const left = (await room.sessions.all()).filter((session) => session.name > from);
  const some = left.slice(0, atOnce);
  const lastActive = await room.registry.lastActive(some.map((session) => session.connectionId));
  const next = left.length > atOnce ? some.at(-1)?.name : undefined;
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
