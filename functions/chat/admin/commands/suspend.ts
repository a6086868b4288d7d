import { foldName } from '../../../../protocol/index.ts';
import { kickOut } from '../../end-session.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

const reason = 'You have been suspended by the administrator.';

/** Suspends an account first, which refuses every login that has not committed yet, and ends its session then. */
export const suspend: AdminHandler<'suspend'> = async (room, { user }) => {
  await refuseDuringRestore(room);
  const account = await room.accounts.find(foldName(user));
  if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
  if (!(await room.accountAdmin.suspend(account, true))) {
    await refuseDuringRestore(room);
    throw new AdminRefusal('no-such-user', `There is no user ${user} any more.`);
  }
  for (;;) {
    const session = await room.sessions.find(account.name);
    if (session?.accountId !== account.accountId) break;
    if (await kickOut(room, session, reason)) break;
  }
  return { user: account.displayName };
};
