import { type AdminHandler, iso } from '../handler.ts';
import { shortId } from '../short-id.ts';

export const invites: AdminHandler<'invites'> = async (room) => {
  const invitations = await room.invitationAdmin.all(room.clock.now());
  return {
    invitations: invitations.map(({ id, usesLeft, expiresAt }) => ({
      id: shortId(id),
      usesLeft,
      until: iso(expiresAt),
    })),
  };
};
