import { invitationId } from '../../invitation-code.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';
import { shortId } from '../short-id.ts';

export const revoke: AdminHandler<'revoke'> = async (room, { invitation }) => {
  const byCode = invitationId(invitation);
  const all = await room.invitationAdmin.all(room.clock.now());
  const found = all.find(({ id }) => id === byCode || shortId(id) === invitation.trim());
  if (!found) throw new AdminRefusal('no-such-invitation');
  await room.invitationAdmin.revoke(found.id);
  return { id: shortId(found.id) };
};
