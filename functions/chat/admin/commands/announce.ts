import { broadcastToAll } from '../../broadcast-to-all.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';

/** A reserved name: no user can have it. */
const announcer = 'System';

/** No account has an empty id, so no user can have blocked this one. */
const noAccountId = '';

export const announce: AdminHandler<'announce'> = async (room, { text }) => {
  const draft = {
    event: 'broadcast',
    from: announcer,
    text,
    sentAt: new Date(room.clock.now()).toISOString(),
  } as const;
  const provenance = { fromId: noAccountId, hiddenFrom: new Set<string>() };
  const committed = await room.announcements.commit(draft, provenance);
  if (!committed) throw new AdminRefusal('restore-unfinished');
  return { seq: committed.seq, online: await broadcastToAll(room, committed, provenance.hiddenFrom) };
};
