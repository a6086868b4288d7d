import { invitationId } from '../../invitation-code.ts';
import { day } from '../../units.ts';
import { type AdminHandler, iso } from '../handler.ts';
import { oneTimeSecret } from '../one-time-secret.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';
import { shortId } from '../short-id.ts';

export const invite: AdminHandler<'invite'> = async (room, { uses, days }) => {
  // A restore would overwrite it.
  await refuseDuringRestore(room);
  const code = oneTimeSecret();
  const id = invitationId(code);
  const expiresAt = room.clock.now() + days * day;
  await room.invitationAdmin.create({ id, usesLeft: uses, expiresAt });
  return { code, id: shortId(id), uses, until: iso(expiresAt) };
};
