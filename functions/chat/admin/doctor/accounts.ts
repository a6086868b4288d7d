import type { Account } from '../../model.ts';
import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** Compares each account's cursors with the streams, and its blocks with the blocked side. */
export const examineAccounts: Examine = async (room, from) => {
  const { items, next } = await room.doctorStore.accounts(from);
  // Read after the cursors: streams only grow.
  const [state, newest] = await Promise.all([room.state.read(), room.streams.newestRoom()]);
  const lastBroadcast = Math.max(newest?.seq ?? 0, state.lastBroadcast);
  const cursors = await Promise.all([
    lookTwice(room, items, (account) => lookAtInboxCursor(room, account)),
    lookTwice(room, items, async (account) => lookAtRoomCursor(room, account, lastBroadcast)),
    lookTwice(room, pairs(items), ([blocker, blocked]) => lookAtBlock(room, blocker, blocked)),
  ]);
  return { checked: items.length, findings: cursors.flat(), next };
};

/** Compares the blocked side of blocks with the blockers' side. */
export const examineBlocks: Examine = async (room, from) => {
  const { items, next } = await room.doctorStore.accounts(from);
  const blocked = items.filter((account) => account.blockedBy.size > 0);
  if (blocked.length === 0) return { checked: items.length, findings: [], next };
  const names = await room.doctorStore.names();
  const said = blocked.flatMap((account) =>
    [...account.blockedBy].flatMap((id) => {
      const blocker = names.get(id);
      // A deleted blocker: the id is never reused, so the entry hides nothing.
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
  // Most accounts have never had a message: skip the query.
  if (cursor === 0) return undefined;
  const newest = await room.streams.newestInbox(account.name);
  // If later messages may have expired, the cursor is right.
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
    text: `${about} has acknowledged number ${acknowledged[stream]} of the ${stream} stream, which ends at ${last}.`,
    repair: () => room.doctorStore.setBack(account, stream, last),
  };
}

/** Compares both sides of a block, read again. The blocker's side is right. */
async function lookAtBlock(room: AdminRoom, blockerName: string, blockedName: string): Promise<Finding | undefined> {
  const [blocker, blocked] = await Promise.all([room.accounts.find(blockerName), room.accounts.find(blockedName)]);
  // A block of a deleted account has no effect.
  if (!blocker || !blocked) return undefined;
  const stands = blocker.blocks.has(blocked.accountId);
  if (stands === blocked.blockedBy.has(blocker.accountId)) return undefined;
  return {
    kind: 'block',
    about: blocker.displayName,
    text: stands
      ? `${blocker.displayName} has blocked ${blocked.displayName}, but still gets their broadcasts.`
      : `${blocker.displayName} has not blocked ${blocked.displayName}, but does not get their broadcasts.`,
    repair: () => room.doctorStore.completeBlock(blocker, blocked, stands),
  };
}
