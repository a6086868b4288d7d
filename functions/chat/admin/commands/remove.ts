import { foldName } from '../../../../protocol/index.ts';
import { cleanUpAccount } from '../../clean-up-account.ts';
import { dismiss } from '../../end-session.ts';
import { reservedUntil } from '../../reserved-until.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

/**
 * Ends the user's session, if there is one, and removes the account with its inbox and files. Other users' blocks of it
 * are keyed by the account id, which is never reused. They are removed when a list is full.
 */
export const remove: AdminHandler<'remove'> = async (room, { user }) => {
  await refuseDuringRestore(room);
  const account = await room.accounts.find(foldName(user));
  if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
  const until = reservedUntil(await room.state.read(), room.clock.now());
  const reason = 'Your registration has been cancelled by the administrator.';
  for (;;) {
    const session = await room.sessions.find(account.name);
    if (session) await dismiss(room, session, 'deregistered', { type: 'event', event: 'kicked', reason });
    const outcome = await room.accountAdmin.remove(account, until);
    if (outcome === 'removed') {
      await cleanUpAccount(room, account);
      return { user: account.displayName };
    }
    // During a restore a missing account means nothing.
    await refuseDuringRestore(room);
    if (outcome === 'gone') throw new AdminRefusal('no-such-user', `There is no user ${user} any more.`);
    // The user has logged in again meanwhile.
  }
};
