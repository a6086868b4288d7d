import { foldName } from '../../../protocol/index.ts';
import { abandonFiles } from '../files/abandon-files.ts';
import { dismiss } from '../leave.ts';
import type { AdminHandler } from './handler.ts';
import { AdminRefusal } from './refusal.ts';

/**
 * Removes an account, and before it the session that may stand in its way. Blocks and an inbox hang on the account's id, which
 * nobody gets again: they are left to expire.
 */
export const remove: AdminHandler<'remove'> = async (room, { user }) => {
  const account = await room.accounts.find(foldName(user));
  if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
  const reason = 'Your registration has been cancelled by the administrator.';
  for (;;) {
    const session = await room.sessions.find(account.name);
    if (session) await dismiss(room, session, 'deregistered', { type: 'event', event: 'kicked', reason });
    const outcome = await room.keeper.remove(account);
    if (outcome === 'removed') {
      await abandonFiles(room, account);
      return { user: account.displayName };
    }
    if (outcome === 'gone') throw new AdminRefusal('no-such-user', `There is no user ${user} any more.`);
    // Online again, in the moment between.
  }
};
