import { isUserName, refusals } from '../../../../protocol/index.ts';
import { newAccount } from '../../new-account.ts';
import { hashPassword } from '../../password.ts';
import type { AdminHandler } from '../handler.ts';
import { oneTimeSecret } from '../one-time-secret.ts';
import { AdminRefusal } from '../refusal.ts';
import { refuseDuringRestore } from '../refuse-during-restore.ts';

/** Creates an account, whatever REGISTRATION says. */
export const addUser: AdminHandler<'add-user'> = async (room, { user }) => {
  await refuseDuringRestore(room);
  if (!isUserName(user)) throw new AdminRefusal('invalid-user', refusals['invalid-user']);
  const password = oneTimeSecret();
  const [passwordHash, broadcasts] = await Promise.all([
    hashPassword(password, room.passwordCost),
    room.streams.end({ kind: 'room' }),
  ]);
  const now = room.clock.now();
  const outcome = await room.accountAdmin.add(newAccount(user, passwordHash, now, broadcasts), now);
  if (outcome === 'conflict') throw new AdminRefusal('restore-unfinished');
  if (outcome === 'user-exists') throw new AdminRefusal('user-exists', `The user name ${user} is taken.`);
  return { user, password };
};
