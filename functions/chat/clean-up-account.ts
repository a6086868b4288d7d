import type { Account } from './model.ts';
import { orLog } from './or-log.ts';
import type { Room } from './ports.ts';

/** Clears away what somebody who is gone for good leaves behind. The account is gone, whatever fails here. */
export async function cleanUpAccount(room: Room, account: Account): Promise<void> {
  // What they did not fetch goes with the next tidying run, and at the latest when it would have gone anyway.
  const files = room.files.abandon(account.accountId, room.clock.now());
  // Nobody gets the id again: a block that is left hides nothing from anybody.
  const blocks = room.accounts.forgetBlocker(account);
  await Promise.all([
    orLog(room, 'files of a deregistered user were left to expire', files, undefined),
    orLog(room, 'blocks of a deregistered user were left', blocks, undefined),
  ]);
}
