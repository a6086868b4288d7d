import { foldName } from '../../protocol/index.ts';
import type { Account } from './model.ts';
import { newAccountId } from './token.ts';

/** The account of a new user. `broadcasts` is the last number of the room's stream: older broadcasts are not for the user. */
export const newAccount = (displayName: string, passwordHash: string, now: number, broadcasts: number): Account => ({
  name: foldName(displayName),
  displayName,
  accountId: newAccountId(now),
  mustChangePassword: false,
  suspended: false,
  nameClaimed: true,
  passwordHash,
  blocks: new Map(),
  blockedBy: new Set(),
  acknowledged: { inbox: 0, room: broadcasts },
  announcedUntil: 0,
});
