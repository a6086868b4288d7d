import type { Account } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';

/** Deletes what a deleted account leaves behind. The account stays deleted even if something fails here. */
export async function cleanUpAccount(room: Room, account: Account): Promise<void> {
  // The next tidying run deletes the files that wait for the account; if this fails, they expire.
  const files = room.files.abandon(account.accountId, room.clock.now());
  // Account ids are never reused, so a block that is left has no effect.
  const blocks = room.accounts.forgetBlocker(account);
  // Nobody can read what is left.
  const inbox = room.streams.eraseInbox(account);
  const [isErased] = await Promise.all([
    orLog(room, 'the inbox of a deregistered user was left to expire', inbox, true),
    orLog(room, 'files of a deregistered user were left to expire', files, undefined),
    orLog(room, 'blocks of a deregistered user were left', blocks, undefined),
  ]);
  if (!isErased) room.logError('a part of the inbox of a deregistered user was left to expire', undefined);
}
