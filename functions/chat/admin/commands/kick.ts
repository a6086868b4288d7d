import { foldName } from '../../../../protocol/index.ts';
import { kickOut } from '../../end-session.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';

export const kick: AdminHandler<'kick'> = async (room, { user, reason }) => {
  for (;;) {
    const session = await room.sessions.find(foldName(user));
    if (!session) throw new AdminRefusal('not-online', `${user} is not online.`);
    // False: the session has just ended, or moved to another connection. Look again.
    if (await kickOut(room, session, reason)) return { user: session.displayName };
  }
};
