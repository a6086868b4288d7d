import { byteLength, foldName, isUserName, limits } from '../../../protocol/index.ts';
import type { Settings } from '../model.ts';
import { hashPassword } from '../password.ts';
import { Refusal } from '../refusal.ts';
import { newAccountId } from '../token.ts';
import { handle } from './command.ts';

/** Refuses a new password that is too short for the room, or too long to hash. */
export function refuseBadPassword(password: string, settings: Settings): void {
  const tooShort = [...password].length < settings.minPassword;
  if (!tooShort && byteLength(password) <= limits.passwordBytes) return;
  throw new Refusal(
    'invalid-password',
    { limit: settings.minPassword },
    tooShort ? `A password has at least ${settings.minPassword} characters.` : 'That password is too long.',
  );
}

export const register = handle('register', {
  prepare: async (room, { user }) => {
    const [state, taken, newest] = await Promise.all([
      room.state.read(),
      isUserName(user) ? room.accounts.find(foldName(user)) : undefined,
      room.streams.newestRoom(),
    ]);
    return { state, taken, newest };
  },

  async run(room, { arguments: { user, password } }, { state, taken, newest }) {
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
        // What was broadcast before somebody came is not news to them.
        acknowledged: { inbox: 0, room: await room.streams.last({ kind: 'room' }, newest) },
      },
      now,
    );
    if (!created) throw new Refusal('user-exists');
    return { user };
  },
});
