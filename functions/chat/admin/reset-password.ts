import { randomInt } from 'node:crypto';
import { foldName } from '../../../protocol/index.ts';
import { dismiss } from '../end-session.ts';
import { hashPassword } from '../password.ts';
import { refuseHalfRestored } from './half-restored.ts';
import type { AdminHandler } from './handler.ts';
import { AdminRefusal } from './refusal.ts';

/** Without characters that are taken for one another when they are read out. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const groups = 4;
const perGroup = 4;

/** Some 79 random bits, to be read out and typed once. */
const oneTimePassword = () =>
  Array.from({ length: groups }, () =>
    Array.from({ length: perGroup }, () => alphabet.charAt(randomInt(alphabet.length))).join(''),
  ).join('-');

/**
 * Gives an account a password that is good for one thing, to choose another. Whoever logged in with the old one before is sent
 * away, and so their session's token is void; afterwards nobody can.
 */
export const resetPassword: AdminHandler<'reset-password'> = async (room, { user }) => {
  const password = oneTimePassword();
  const newHash = await hashPassword(password, room.passwordCost);
  for (;;) {
    await refuseHalfRestored(room);
    const account = await room.accounts.find(foldName(user));
    if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
    // Not done means that the password was changed in this moment, or that a restore has begun.
    if (!(await room.keeper.resetPassword(account, newHash))) continue;
    for (;;) {
      const session = await room.sessions.find(account.name);
      if (session?.accountId !== account.accountId) break;
      const reason = 'Your password has been reset by the administrator.';
      if (await dismiss(room, session, 'kicked', { type: 'event', event: 'kicked', reason })) break;
    }
    return { user: account.displayName, password };
  }
};
