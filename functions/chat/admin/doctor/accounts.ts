import type { Account } from '../../model.ts';
import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** Every account's cursors, against the streams; and the blocks it has set up, against the other side. */
export const examineAccounts: Examine = async (room, from) => {
  const { items, next } = await room.records.accounts(from);
  // After the cursors: streams only grow.
  const [state, newest] = await Promise.all([room.state.read(), room.streams.newestRoom()]);
  const lastBroadcast = Math.max(newest?.seq ?? 0, state.lastBroadcast);
  const cursors = await Promise.all([
    lookTwice(room, items, (account) => lookAtInboxCursor(room, account)),
    lookTwice(room, items, async (account) => lookAtRoomCursor(room, account, lastBroadcast)),
    lookTwice(room, pairs(items), ([blocker, blocked]) => lookAtBlock(room, blocker, blocked)),
  ]);
  return { checked: items.length, findings: cursors.flat(), next };
};

/** The blocks that accounts are said to be under, against those who are to have set them up. */
export const examineBlocks: Examine = async (room, from) => {
  const { items, next } = await room.records.accounts(from);
  const blocked = items.filter((account) => account.blockedBy.size > 0);
  if (blocked.length === 0) return { checked: items.length, findings: [], next };
  const names = await room.records.names();
  const said = blocked.flatMap((account) =>
    [...account.blockedBy].flatMap((id) => {
      const blocker = names.get(id);
      // Somebody who is gone: nobody gets that id again, and so it hides nothing from anybody.
      return blocker === undefined ? [] : [[blocker, account.name] as const];
    }),
  );
  const findings = await lookTwice(room, said, ([blocker, name]) => lookAtBlock(room, blocker, name));
  return { checked: items.length, findings, next };
};

const pairs = (accounts: readonly Account[]) =>
  accounts.flatMap((account) => [...account.blocks.values()].map((blocked) => [account.name, blocked] as const));

async function lookAtInboxCursor(room: AdminRoom, account: Account): Promise<Finding | undefined> {
  const cursor = account.acknowledged.inbox;
  // Nothing is before the beginning; and most of those who are registered have never had a message.
  if (cursor === 0) return undefined;
  const newest = await room.streams.newestInbox(account.name);
  // Of messages that may have expired nothing is left but the cursor: then it is what is right.
  if (newest?.accountId !== account.accountId || !newest.isLast || cursor <= newest.seq) return undefined;
  return cursorFinding(room, account, 'inbox', newest.seq);
}

function lookAtRoomCursor(room: AdminRoom, account: Account, last: number): Finding | undefined {
  return account.acknowledged.room <= last ? undefined : cursorFinding(room, account, 'room', last);
}

function cursorFinding(room: AdminRoom, account: Account, stream: 'inbox' | 'room', last: number): Finding {
  const { displayName: about, acknowledged } = account;
  return {
    kind: 'cursor',
    about,
    text: `${about} has acknowledged ${acknowledged[stream]} of the ${stream}, which ends at ${last}.`,
    repair: () => room.records.setBack(account, stream, last),
  };
}

/** Both sides of a block, read anew. What the blocker's side says is what somebody wanted. */
async function lookAtBlock(room: AdminRoom, blockerName: string, blockedName: string): Promise<Finding | undefined> {
  const [blocker, blocked] = await Promise.all([room.accounts.find(blockerName), room.accounts.find(blockedName)]);
  // A block of somebody who is gone concerns nobody.
  if (!blocker || !blocked) return undefined;
  const stands = blocker.blocks.has(blocked.accountId);
  if (stands === blocked.blockedBy.has(blocker.accountId)) return undefined;
  return {
    kind: 'block',
    about: blocker.displayName,
    text: stands
      ? `${blocker.displayName} has blocked ${blocked.displayName}, whose broadcasts are shown all the same.`
      : `${blocker.displayName} has not blocked ${blocked.displayName}, whose broadcasts are hidden all the same.`,
    repair: () => room.records.completeBlock(blocker, blocked, stands),
  };
}
