import { BatchWriteCommand, DeleteCommand } from '@aws-sdk/lib-dynamodb';
import pMap from 'p-map';
import pRetry from 'p-retry';
import * as v from 'valibot';
import type { KeptStream, TableDump } from '../../chat/backup/ports.ts';
import {
  type BackupRecord,
  type Counts,
  type KeptLoginBlock,
  type KeptMessage,
  none,
  parseKeptRoom,
  parseRecord,
} from '../../chat/backup/records.ts';
import { chunksOf } from '../../chat/chunks.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { db, type Item, settled, transact, Unprocessed, updateIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { claimItem, isClaim } from '../name-claims.ts';
import { type TableName, tables } from '../names.ts';
import { roomState } from '../room-state.ts';
import { countersAt } from '../streams/counters.ts';
import { isTombstone, queryItems, type StoredItem } from '../streams/items.ts';
import { messageKey, withoutGap } from '../streams/keys.ts';
import { keptRoomAttributes, wholeTables } from './backup-contents.ts';
import { scanPage } from './scan-page.ts';

/** The limit of BatchWriteItem. */
const batchSize = 25;
/** Batches written concurrently. */
const batchesAtOnce = 8;
/** Items deleted or counted in one step. */
const stepSize = 1_000;

const tableOf = {
  users: 'users',
  messages: 'messages',
  loginBlocks: 'loginBlocks',
  files: 'fileRecords',
} as const satisfies Record<keyof Counts, TableName>;

type Write = { PutRequest: { Item: Item } } | { DeleteRequest: { Key: Item } };

/** Writes any number of items. Unprocessed ones are retried with exponential backoff. */
async function writeAll(table: TableName, writes: readonly Write[]): Promise<void> {
  const name = tableName(table);
  const batches = chunksOf(writes, batchSize);
  await settled(() => pMap(batches, (batch) => writeBatch(name, batch), { concurrency: batchesAtOnce }));
}

function writeBatch(name: string, writes: readonly Write[]): Promise<void> {
  let left = [...writes];
  return pRetry(
    async () => {
      const { UnprocessedItems } = await db.send(new BatchWriteCommand({ RequestItems: { [name]: left } }));
      left = (UnprocessedItems?.[name] ?? []) as Write[];
      if (left.length > 0) throw new Unprocessed('items were left unprocessed');
    },
    {
      retries: 12,
      minTimeout: 25,
      maxTimeout: 2_000,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof Unprocessed,
    },
  );
}

/** The table also holds the streams' counters, and tombstones. */
const onlyMessages = { FilterExpression: 'attribute_exists(sentAt)' };

/** The table also holds the claims of names, which belong to the accounts. */
const withoutClaims = {
  FilterExpression: 'attribute_not_exists(#owner) OR attribute_exists(reservedUntil)',
  ExpressionAttributeNames: { '#owner': 'owner' },
};

const put = (Item: Item): Write => ({ PutRequest: { Item } });

/** A page of a stream's items after a number, with tombstones: pages are counted by what they read. */
async function look(stream: KeptStream, after: number, upTo: number | undefined, limit: number) {
  const { items, next } = await queryItems(stream, { first: after + 1, last: upTo }, { limit });
  return { items, more: next !== undefined };
}

const toMessage = (stream: KeptStream, { stream: _stream, position: _position, ...item }: Item): KeptMessage =>
  parseRecord('message', { ...item, ...stream });

/** Reads and writes the room's tables; see the port. */
export function tableDumpAt(now: () => number): TableDump {
  const counters = countersAt(now);
  const unexpired = ({ expiresAt }: KeptMessage | KeptLoginBlock) => expiresAt * 1000 > now();

  return {
    async room() {
      const [state, lastBroadcast] = await Promise.all([roomState.read(), counters.end({ kind: 'room' })]);
      const entries = Object.entries({ ...state, lastBroadcast });
      return parseKeptRoom(Object.fromEntries(entries.filter(([name]) => keptRoomAttributes.includes(name))));
    },

    async users(from, limit) {
      const { items, next } = await scanPage('users', { ExclusiveStartKey: from, Limit: limit });
      return { items: items.map((item) => parseRecord('user', without(item, wholeTables.users))), next };
    },

    async loginBlocks(from) {
      const { items, next } = await scanPage('loginBlocks', { ExclusiveStartKey: from, Limit: stepSize });
      return {
        items: items
          .filter((item) => !isClaim(item))
          .map(toLoginBlock)
          .filter(unexpired),
        next,
      };
    },

    async files(from) {
      const { items, next } = await scanPage('fileRecords', { ExclusiveStartKey: from, Limit: 25 });
      const waiting = items.filter(({ state, dueAt }) => state === 'stored' && Number(dueAt) > now());
      return { items: waiting.map((item) => parseRecord('file', item)), next };
    },

    async messages(stream, after, limit) {
      const first = await look(stream, after, undefined, limit);
      const lookAgain = async (upTo: number) => ({ ...first, items: await lookAll(stream, after, upTo) });
      const { items, more } = await withoutGap(after, first, lookAgain);
      const messages = items.filter(({ item }) => !isTombstone(item)).map(({ item }) => toMessage(stream, item));
      return { messages: messages.filter(unexpired), last: items.at(-1)?.seq ?? after, more };
    },

    async put(records) {
      const items = records.flatMap(toItems);
      await Promise.all(
        (['users', 'messages', 'loginBlocks'] as const).map((table) =>
          writeAll(
            table,
            firstOfEachKey(
              table,
              items.filter((one) => one.table === table),
            ).map(put),
          ),
        ),
      );
    },

    async putFile(file, sure) {
      const { to, told } = file;
      const message = messageKey({ stream: 'inbox', owner: to, seq: told.seq });
      await transact([
        { Put: { TableName: tableName('fileRecords'), Item: file } },
        {
          ConditionCheck: {
            TableName: tableName('users'),
            Key: { name: to.name },
            ConditionExpression: 'accountId = :id',
            ExpressionAttributeValues: { ':id': to.accountId },
          },
        },
        // An earlier message is in the backup, or has expired. A later one may have come after the inbox was read.
        ...(told.at < sure
          ? []
          : [
              {
                ConditionCheck: {
                  TableName: tableName('messages'),
                  Key: message,
                  ConditionExpression: '#name = :name',
                  ExpressionAttributeNames: { '#name': 'name' },
                  ExpressionAttributeValues: { ':name': file.name },
                },
              },
            ]),
      ]);
    },

    async dropFile({ recipient, file }) {
      await db.send(new DeleteCommand({ TableName: tableName('fileRecords'), Key: { recipient, file } }));
    },

    async putBlockedBy(blockers) {
      for (const blocker of blockers) {
        for (const [accountId, name] of Object.entries(blocker.blocks)) {
          // Fails if the blocked account has been deleted.
          await updateIf({
            TableName: tableName('users'),
            Key: { name },
            UpdateExpression: 'ADD blockedBy :blocker',
            ConditionExpression: 'accountId = :id',
            ExpressionAttributeValues: { ':id': accountId, ':blocker': new Set([blocker.accountId]) },
          });
        }
      }
    },

    beginRoom: counters.begin,

    async wipe() {
      for (const table of ['messages', 'fileRecords', 'loginBlocks', 'presence', 'connections', 'users'] as const) {
        const keys = keyNames(table);
        const { items } = await scanPage(table, {
          Limit: stepSize,
          ProjectionExpression: keys.map((_, i) => `#k${i}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(keys.map((key, i) => [`#k${i}`, key])),
        });
        if (items.length === 0) continue;
        await writeAll(
          table,
          items.map((Key) => ({ DeleteRequest: { Key } })),
        );
        return false;
      }
      return true;
    },

    async count(from) {
      const { kind, from: start } = from ?? { kind: 'users', from: undefined };
      const { count, next } = await scanPage(tableOf[kind], {
        Select: 'COUNT',
        ExclusiveStartKey: start,
        ...(kind === 'messages' && onlyMessages),
        ...(kind === 'loginBlocks' && withoutClaims),
      });
      const counts: Counts = { ...none, [kind]: count };
      const kinds = Object.keys(tableOf) as (keyof Counts)[];
      const following = kinds[kinds.indexOf(kind) + 1];
      if (next) return { counts, next: { kind, from: next } };
      return { counts, next: following && { kind: following, from: undefined } };
    },

    async isEmpty() {
      // A room without users has one counter at most.
      const firsts = await Promise.all([
        scanPage('users', { Limit: 1 }),
        scanPage('messages', { Limit: 2, ...onlyMessages }),
      ]);
      return firsts.every(({ items }) => items.length === 0);
    },
  };
}

async function lookAll(stream: KeptStream, after: number, upTo: number): Promise<StoredItem[]> {
  const found: StoredItem[] = [];
  for (let last = after; last < upTo; ) {
    const { items, more } = await look(stream, last, upTo, stepSize);
    found.push(...items);
    if (!more) break;
    last = items.at(-1)?.seq ?? upTo;
  }
  return found;
}

const without = (item: Item, omitted: Readonly<Record<string, string>>): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !Object.hasOwn(omitted, name)));

const stampedTry = v.object({ at: v.number() });

/**
 * A backup keeps only the time of each try. Invitations and counters share this table, and have no tries.
 */
function toLoginBlock({ tries, ...item }: Item): KeptLoginBlock {
  return parseRecord(
    'loginBlock',
    tries === undefined ? item : { ...item, tries: parseStored(v.array(stampedTry), tries) },
  );
}

interface TableItem {
  readonly table: Exclude<keyof Counts, 'files'>;
  readonly item: Item;
}

function keyNames(table: TableName): string[] {
  const { partitionKey, sortKey } = tables[table] as (typeof tables)['messages'];
  return [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
}

/**
 * DynamoDB refuses a batch with two writes of one item. An account that was deregistered after the backup had read it is an account
 * of the backup, so its claim of the name, which comes first, replaces the reservation.
 */
function firstOfEachKey(table: TableName, items: readonly TableItem[]): Item[] {
  const names = keyNames(table);
  const known = new Map<string, Item>();
  for (const { item } of items) {
    const key = JSON.stringify(names.map((name) => item[name]));
    if (!known.has(key)) known.set(key, item);
  }
  return [...known.values()];
}

/**
 * The items for a record, as the room itself writes them. The claim of an account's name is written with the account: a
 * backup reads the two tables at different times, so a claim of its own could belong to no account.
 */
function toItems(record: BackupRecord): readonly TableItem[] {
  switch (record.kind) {
    case 'user': {
      const account: TableItem = { table: 'users', item: record.user };
      const { user } = record;
      return user['nameClaimed'] === true ? [account, { table: 'loginBlocks', item: claimItem(user) }] : [account];
    }
    case 'loginBlock':
      return isClaim(record.loginBlock) ? [] : [{ table: 'loginBlocks', item: record.loginBlock }];
    case 'message': {
      const { stream: _stream, owner: _owner, ...item } = record.message;
      return [{ table: 'messages', item: { ...item, ...messageKey(record.message) } }];
    }
    default:
      return [];
  }
}
