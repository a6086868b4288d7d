import { skeletonOf } from '../../protocol/index.ts';
import type { Member } from '../chat/model.ts';
import { type Item, putIf, type TransactItem, type TransactionOutcome, transact } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { namesPartition } from './keys.ts';

/** The year 9999, for TTL: the claim of an account has no end. */
const never = 253_402_300_799;

type Owner = Pick<Member, 'name' | 'accountId'>;

/** The claim of an account. */
export const claimItem = ({ name: owner, accountId }: Owner) => ({
  name: namesPartition,
  address: skeletonOf(owner),
  owner,
  accountId,
  // Backups expect both in every item of the table.
  blockedUntil: 0,
  expiresAt: never,
});

/** Whether an item of the table is the claim of an account, and not a reservation. */
export const isClaim = ({ name, reservedUntil }: Item) => name === namesPartition && reservedUntil === undefined;

const claim = (member: Owner) => ({ TableName: tableName('loginBlocks'), Item: claimItem(member) });

/** Part of a transaction: claims a name for a new account, with all names that look like it. */
export const claimName = (member: Member, at: number) => ({
  Put: {
    ...claim(member),
    ConditionExpression: 'attribute_not_exists(address) OR reservedUntil <= :now',
    ExpressionAttributeValues: { ':now': at },
  },
});

/** The same for the administrator, who may give away a reserved name. */
export const overrideReservation = (member: Member) => ({
  Put: {
    ...claim(member),
    ConditionExpression: 'attribute_not_exists(address) OR attribute_exists(reservedUntil)',
  },
});

/** Claims the name of an account of an earlier version. The claim of another account that looks like it stays. */
export async function claimOldName(member: Member): Promise<void> {
  await putIf({ ...claim(member), ConditionExpression: 'attribute_not_exists(address)' });
}

/** Reserves the name of a deleted account until a time (epoch ms), or frees it. Not if the claim is another account's. */
function releaseName(member: Member, reservedUntil: number | undefined) {
  const { TableName, Item } = claim(member);
  const { name, address } = Item;
  const guard = {
    ConditionExpression: 'attribute_not_exists(address) OR accountId = :id',
    ExpressionAttributeValues: { ':id': member.accountId },
  };
  if (reservedUntil === undefined) return { Delete: { TableName, Key: { name, address }, ...guard } };
  const reserved = { ...Item, reservedUntil, expiresAt: Math.ceil(reservedUntil / 1000) };
  return { Put: { TableName, Item: reserved, ...guard } };
}

/** Commits the removal of an account with the release of its name. */
export async function removeWithName(
  member: Member,
  reservedUntil: number | undefined,
  removal: readonly TransactItem[],
): Promise<TransactionOutcome> {
  const outcome = await transact([...removal, releaseName(member, reservedUntil)]);
  // Two accounts of an earlier version can look alike. One of them holds the claim.
  const isOthers = !outcome.committed && outcome.failed.size === 1 && outcome.failed.has(removal.length);
  return isOthers ? transact(removal) : outcome;
}
