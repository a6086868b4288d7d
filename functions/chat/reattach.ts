import type { Member } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';
import { askIfThere } from './post-surely.ts';

/**
 * Undoes the detachment of a session whose connection is alive after all (docs/decisions/0091). Then asks its client to
 * read on, because nothing was posted to it meanwhile. False if the session was not reattached.
 */
export async function reattach(room: Room, member: Member, connectionId: string): Promise<boolean> {
  const done = orLog(room, 'a session was not reattached', room.sessions.reattach(member, connectionId), false);
  if (!(await done)) return false;
  room.auditLog({ what: 'reattach', user: member.name, result: 'ok', connectionId });
  await askIfThere(room, connectionId);
  return true;
}
