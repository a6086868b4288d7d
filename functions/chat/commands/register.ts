import { foldName, isUserName } from '../../../protocol/index.ts';
import { guestCommand } from '../command.ts';
import { hashPassword } from '../password.ts';
import { Refusal } from '../refusal.ts';
import { refuseBadPassword } from '../refuse-bad-password.ts';
import { newAccountId } from '../token.ts';

export const register = guestCommand('register', {
  prefetch: async (room, { user }) => {
    const [state, taken, broadcasts] = await Promise.all([
      room.state.read(),
      isUserName(user) ? room.accounts.find(foldName(user)) : undefined,
      room.streams.end({ kind: 'room' }),
    ]);
    return { state, taken, broadcasts };
  },

  async run(room, { arguments: { user, password }, connection }, { state, taken, broadcasts }) {
    if (!state.open) throw new Refusal('room-stopped');
    if (!isUserName(user)) throw new Refusal('invalid-user');
    if (taken) throw new Refusal('user-exists');
    refuseBadPassword(password, state);
    const now = room.clock.now();
    const created = await room.accounts.create(
      {
        name: foldName(user),
        displayName: user,
        accountId: newAccountId(now),
        mustChangePassword: false,
        passwordHash: await hashPassword(password, room.passwordCost),
        blocks: new Map(),
        blockedBy: new Set(),
        // A new user does not get the broadcasts of the time before.
        acknowledged: { inbox: 0, room: broadcasts },
      },
      { at: now, address: connection.address },
    );
    if (!created) throw new Refusal('user-exists');
    return { user };
  },
});
