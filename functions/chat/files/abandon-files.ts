import type { Member } from '../people.ts';
import type { Room } from '../ports.ts';

/** What somebody who is gone for good did not fetch goes with the next tidying run, and at the latest when it would have gone anyway. */
export async function abandonFiles(room: Room, account: Member): Promise<void> {
  try {
    await room.files.abandon(account.accountId, room.clock.now());
  } catch (error) {
    // The account is gone, whatever else fails.
    room.report('files of a deregistered user were left to expire', error);
  }
}
