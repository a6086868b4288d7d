import { orReport } from './or-report.ts';
import type { Account } from './people.ts';
import type { Room } from './ports.ts';

/** Clears away what somebody who is gone for good leaves behind. The account is gone, whatever fails here. */
export async function clearAway(room: Room, account: Account): Promise<void> {
  // What they did not fetch goes with the next tidying run, and at the latest when it would have gone anyway.
  const files = room.files.abandon(account.accountId, room.clock.now());
  // Nobody gets the id again: a block that is left hides nothing from anybody.
  const blocks = room.accounts.forgetBlocker(account);
  await Promise.all([
    orReport(room, 'files of a deregistered user were left to expire', files, undefined),
    orReport(room, 'blocks of a deregistered user were left', blocks, undefined),
  ]);
}
