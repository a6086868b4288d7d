import { foldName } from '../../../../protocol/index.ts';
import type { AdminHandler } from '../handler.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

export const unsuspend: AdminHandler<'unsuspend'> = async (room, { user }) => {
  await refuseDuringRestore(room);
  const account = await room.accounts.find(foldName(user));
  if (!account) throw new AdminRefusal('no-such-user', `There is no user ${user}.`);
  if (!account.suspended) throw new AdminRefusal('not-suspended', `${account.displayName} is not suspended.`);
  if (!(await room.accountAdmin.suspend(account, false))) {
    await refuseDuringRestore(room);
    throw new AdminRefusal('no-such-user', `There is no user ${user} any more.`);
  }
  return { user: account.displayName };
};
