import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { type EventOf, type StreamMessage, streamMessage } from '../../../protocol/index.ts';
import type { Member } from '../../chat/model.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import type { Kept, Stream } from '../../chat/ports.ts';
import { db, type Item } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { keysBetween, type StreamOwner } from './keys.ts';

/** A stored item of a stream, with its number and `previousAt`. */
export interface StoredItem {
  readonly item: Item;
  readonly seq: number;
  /** When the previous number was given out (epoch ms), if known. In a tombstone: the latest time possible. */
  readonly previousAt: number | undefined;
}

const numbered = v.object({ seq: v.number(), previousAt: v.optional(v.number()) });

export function toStored(item: Item): StoredItem {
  const { seq, previousAt } = parseStored(numbered, item);
  return { item, seq, previousAt };
}

/** How to read a page of a stream. `mayLag`: at half the price, without items of the last moments. */
interface Reading {
  readonly limit: number;
  readonly newestFirst?: boolean;
  readonly mayLag?: boolean;
  readonly from?: Item | undefined;
}

/** One page of a stream's items between two numbers, oldest first unless `newestFirst`. */
export async function queryItems(
  of: StreamOwner,
  range: { readonly first: number; readonly last?: number | undefined },
  how: Reading,
): Promise<{ items: StoredItem[]; next: Item | undefined }> {
  const { key, first, last } = keysBetween(of, range.first, range.last);
  const { Items, LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName: tableName('messages'),
      KeyConditionExpression: '#stream = :stream AND #position BETWEEN :first AND :last',
      ExpressionAttributeNames: { '#stream': 'stream', '#position': 'position' },
      ExpressionAttributeValues: { ':stream': key, ':first': first, ':last': last },
      ScanIndexForward: how.newestFirst !== true,
      ConsistentRead: how.mayLag !== true,
      Limit: how.limit,
      ExclusiveStartKey: how.from,
    }),
  );
  return { items: (Items ?? []).map(toStored), next: LastEvaluatedKey };
}

/** The fields of a message that identify its request. */
const origin = v.object({ fromId: v.string(), id: v.string(), text: v.string() });

/**
 * Whether this request committed the stored message. Compares sender, id and text, because a client may use an id
 * twice.
 */
export const isOf = (item: Item, fromId: string, draft: object): boolean =>
  v.is(origin, item) &&
  item.fromId === fromId &&
  'id' in draft &&
  item.id === draft.id &&
  'text' in draft &&
  item.text === draft.text;

/** The event of the items that fill holes. */
const nothing = 'hidden';

export const isTombstone = (item: Item): boolean => item['event'] === nothing;

/** An item that takes a number so that no message ever has it. */
export const tombstone = ({ seq, previousAt }: Pick<StoredItem, 'seq' | 'previousAt'>, expiresAt: number) => ({
  seq,
  previousAt,
  event: nothing,
  expiresAt,
});

/** A stored message as its sender knows it. */
export const asKept = <E extends Kept['event']>({ kind }: Stream, item: Item) =>
  parseStored(streamMessage, { ...item, type: 'event', stream: kind }) as EventOf<E>;

/**
 * The most account ids that a message stores, about 25 bytes each. Beyond it, the message says that its readers have to
 * look at their own blocks. So a user with thousands of blockers does not make the room's stream expensive to write and
 * to read.
 */
const mostHiddenFrom = 100;

/** What a message stores about the users who do not see it. */
export function hidingFrom(accountIds: ReadonlySet<string> | undefined) {
  if (!accountIds?.size) return {};
  return accountIds.size <= mostHiddenFrom ? { hiddenFrom: accountIds } : { hiddenFromBlockers: true };
}

const marks = v.object({
  expiresAt: v.number(),
  hiddenFrom: v.optional(v.set(v.string())),
  hiddenFromBlockers: v.optional(v.boolean(), false),
  fromId: v.optional(v.string(), ''),
});

/** The blocks of a reader, read when they are needed. */
export type ReadBlocks = () => Promise<ReadonlyMap<string, string>>;

/** A stored message as one reader sees it. Undefined for an expired message or a tombstone. */
export async function asSeenBy(
  reader: Member,
  kind: Stream['kind'],
  { item, seq }: StoredItem,
  now: number,
  readBlocks: ReadBlocks,
): Promise<StreamMessage | undefined> {
  const { expiresAt, hiddenFrom, hiddenFromBlockers, fromId } = parseStored(marks, item);
  if (isTombstone(item) || expiresAt * 1000 <= now) return undefined;
  const isHidden = hiddenFromBlockers ? (await readBlocks()).has(fromId) : hiddenFrom?.has(reader.accountId);
  if (isHidden) return { type: 'event', event: 'hidden', stream: 'room', seq };
  return parseStored(streamMessage, { ...item, type: 'event', stream: kind });
}
