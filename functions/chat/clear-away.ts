import type { Account } from './people.ts';
import type { Room } from './ports.ts';

/**
 * Clears away what somebody who is gone for good leaves behind: files that they did not fetch go with the next tidying run, and
 * those whom they had blocked are free of them.
 */
export async function clearAway(room: Room, account: Account): Promise<void> {
  const outcomes = await Promise.allSettled([
    room.files.abandon(account.accountId, room.clock.now()),
    room.accounts.forgetBlocker(account),
  ]);
  for (const outcome of outcomes) {
    // The account is gone, whatever else fails. Files expire; nobody gets the id again, so it hides nothing from anybody.
    if (outcome.status === 'rejected') room.report('something of a deregistered user was left', outcome.reason);
  }
}
