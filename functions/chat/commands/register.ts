import { claimsAuthority, foldName, isUserName } from '../../../protocol/index.ts';
import { refuseBanned } from '../bans.ts';
import { guestCommand } from '../command.ts';
import { invitationId } from '../invitation-code.ts';
import { newAccount } from '../new-account.ts';
import { hashPassword } from '../password.ts';
import type { State } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { refuseBadPassword } from '../refuse-bad-password.ts';
import { roomStopped } from '../room-stopped.ts';

export const register = guestCommand('register', {
  prefetch: async (room, { user, invite }) => {
    const [state, taken, broadcasts, invitation] = await Promise.all([
      room.state.read(),
      isUserName(user) ? room.accounts.find(foldName(user)) : undefined,
      room.streams.end({ kind: 'room' }),
      invite === undefined ? undefined : room.invitations.find(invitationId(invite), room.clock.now()),
    ]);
    return { state, taken, broadcasts, invitation };
  },

  async run(room, { arguments: { user, password, invite }, connection }, { state, taken, broadcasts, invitation }) {
    if (!state.open) throw roomStopped(state);
    refuseBanned(state.bans, connection.address, room.clock.now());
    // First, so that a guest without an invitation learns nothing about names.
    refuseUninvited(state, invite, invitation !== undefined);
    if (!isUserName(user) || claimsAuthority(user)) throw new Refusal('invalid-user');
    if (taken) throw new Refusal('user-exists');
    refuseBadPassword(password, state);
    const passwordHash = await hashPassword(password, room.passwordCost);
    const now = room.clock.now();
    const outcome = await room.accounts.create(newAccount(user, passwordHash, now, broadcasts), {
      at: now,
      address: connection.address,
      invitation: state.registration === 'invite' ? invitation?.id : undefined,
    });
    if (outcome !== 'created') throw new Refusal(outcome);
    return { user };
  },
});

function refuseUninvited({ registration }: State, invite: string | undefined, isValid: boolean): void {
  if (registration === 'open') return;
  if (registration === 'closed') throw new Refusal('registration-closed');
  if (invite === undefined) throw new Refusal('invitation-required');
  if (!isValid) throw new Refusal('invalid-invitation');
}
