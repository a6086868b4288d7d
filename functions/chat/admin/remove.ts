import { foldName } from '../../../protocol/index.ts';
import { cleanUpAccount } from '../clean-up-account.ts';
import { dismiss } from '../end-session.ts';
import { refuseHalfRestored } from './half-restored.ts';
import type { AdminHandler } from './handler.ts';
import { AdminRefusal } from './refusal.ts';

/**
 * Removes an account, and before it the session that may stand in its way. Its inbox, and others' blocks of it, hang on the
 * account's id, which nobody gets again: the one is left to expire, the others until their lists are full.
 */
export const remove: AdminHandler<'remove'> = async (room, { user }) => {
  await refuseHalfRestored(room);
  const account = await room.accounts.find(foldName(user));
  if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
  const reason = 'Your registration has been cancelled by the administrator.';
  for (;;) {
    const session = await room.sessions.find(account.name);
    if (session) await dismiss(room, session, 'deregistered', { type: 'event', event: 'kicked', reason });
    const outcome = await room.keeper.remove(account);
    if (outcome === 'removed') {
      await cleanUpAccount(room, account);
      return { user: account.displayName };
    }
    // What is there when a restore has begun says nothing of the account.
    await refuseHalfRestored(room);
    if (outcome === 'gone') throw new AdminRefusal('no-such-user', `There is no user ${user} any more.`);
    // Online again, in the moment between.
  }
};
