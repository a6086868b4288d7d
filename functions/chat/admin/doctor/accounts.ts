import type { Account } from '../../model.ts';
import type { Stream } from '../../ports.ts';
import type { AdminRoom } from '../ports.ts';
import { type Examine, type Finding, lookTwice } from './finding.ts';

/** Compares each account's cursors and its inbox's counter with the streams, and its blocks with the blocked side. */
export const examineAccounts: Examine = async (room, from) => {
  const { items, next } = await room.doctorStore.accounts(from);
  // Read after the cursors: streams only grow.
  const broadcasts = await room.doctorStore.numbers({ kind: 'room' });
  const lastBroadcast = Math.max(broadcasts.given ?? 0, broadcasts.stored);
  const cursors = await Promise.all([
    lookTwice(room, items, (account) => lookAtInbox(room, account)),
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

async function lookAtInbox(room: AdminRoom, account: Account): Promise<Finding | undefined> {
  const cursor = account.acknowledged.inbox;
  const inbox = { kind: 'inbox', owner: account, acknowledged: 0 } as const;
  const { given, stored } = await room.doctorStore.numbers(inbox);
  // Without a counter, an earlier version wrote the inbox last. The messages up to the cursor may have expired.
  if (given === undefined) return undefined;
  if (stored > given) return counterFinding(room, account.displayName, inbox, given, stored);
  return cursor > given ? cursorFinding(room, account, 'inbox', given) : undefined;
}

function lookAtRoomCursor(room: AdminRoom, account: Account, last: number): Finding | undefined {
  return account.acknowledged.room <= last ? undefined : cursorFinding(room, account, 'room', last);
}

export const counterFinding = (
  room: AdminRoom,
  about: string,
  stream: Stream,
  given: number,
  stored: number,
): Finding => ({
  kind: 'counter',
  about,
  text: `The next number of the ${stream.kind} of ${about} would be ${given + 1}, but it has messages up to ${stored}.`,
  repair: async () => {
    await room.doctorStore.catchUp(stream);
    return true;
  },
});

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
