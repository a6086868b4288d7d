import { foldName } from '../../../../protocol/index.ts';
import { kickOut } from '../../end-session.ts';
import { hashPassword } from '../../password.ts';
import type { AdminHandler } from '../handler.ts';
import { oneTimeSecret } from '../one-time-secret.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

/**
 * Sets a password for one login, at which the user must choose another. Ends the session that used the old password, which also
 * voids its resume token.
 */
export const resetPassword: AdminHandler<'reset-password'> = async (room, { user }) => {
  const password = oneTimeSecret();
  const newHash = await hashPassword(password, room.passwordCost);
  for (;;) {
    await refuseDuringRestore(room);
    const account = await room.accounts.find(foldName(user));
    if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
    // False: the password was changed at the same moment, or a restore has begun.
    if (!(await room.accountAdmin.resetPassword(account, newHash))) continue;
    for (;;) {
      const session = await room.sessions.find(account.name);
      if (session?.accountId !== account.accountId) break;
      if (await kickOut(room, session, 'Your password has been reset by the administrator.')) break;
    }
    return { user: account.displayName, password };
  }
};
