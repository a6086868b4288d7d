import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Listed, LoginBlock, Registry } from '../../chat/admin/ports.ts';
import { db, getAll } from '../dynamodb.ts';
import { messageRetentionDays, requireEnv, tableName } from '../environment.ts';
import { type ObjectPrefix, type TableName, variables } from '../names.ts';
import { position } from './position.ts';
import { s3 } from './vault.ts';

/** How many items one slice looks at: a list must not be read whole into memory, however long it is. */
const sliceSize = 2_000;

const account = v.object({
  name: v.string(),
  displayName: v.string(),
  createdAt: v.number(),
  lastSeenAt: v.optional(v.number()),
});

const loginBlock = v.object({ name: v.string(), address: v.string(), blockedUntil: v.number() });

const connection = v.object({ connectionId: v.string() });

const active = v.object({ connectionId: v.string(), lastActiveAt: v.number() });

async function sizeOf(table: TableName): Promise<{ items: number; bytes: number; createdAt: number }> {
  const { Table } = await db.send(new DescribeTableCommand({ TableName: tableName(table) }));
  return {
    items: Table?.ItemCount ?? 0,
    bytes: Table?.TableSizeBytes ?? 0,
    createdAt: Table?.CreationDateTime?.getTime() ?? 0,
  };
}

async function bytesOf(folder: ObjectPrefix): Promise<number> {
  let bytes = 0;
  const input = { Bucket: requireEnv(variables.bucket), Prefix: `${folder}/` };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, input)) {
    for (const { Size = 0 } of Contents) bytes += Size;
  }
  return bytes;
}

export const registry: Registry = {
  async sizes(now) {
    const [users, messages, loginBlocks, files, backups] = await Promise.all([
      sizeOf('users'),
      sizeOf('messages'),
      sizeOf('loginBlocks'),
      bytesOf('files'),
      bytesOf('backups'),
    ]);
    // Whatever else there is belongs to who is online, or is a single item.
    const bytes = users.bytes + messages.bytes + loginBlocks.bytes;
    return {
      users,
      messages: {
        items: messages.items,
        since: Math.max(messages.createdAt, now - messageRetentionDays() * 86_400_000),
      },
      bytes: bytes === 0 && users.items > 0 ? undefined : bytes,
      objectBytes: files + backups,
    };
  },

  async accounts(from) {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new ScanCommand({
        TableName: tableName('users'),
        // Without the password hash: what is not read cannot be shown.
        ProjectionExpression: '#name, displayName, createdAt, lastSeenAt',
        ExpressionAttributeNames: { '#name': 'name' },
        ConsistentRead: true,
        Limit: sliceSize,
        ExclusiveStartKey: position.read(from),
      }),
    );
    const items = Items.map((item): Listed => {
      const { lastSeenAt, ...listed } = v.parse(account, item);
      return { ...listed, lastSeenAt };
    });
    return { items, next: position.write(LastEvaluatedKey) };
  },

  async loginBlocks(now, from) {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new ScanCommand({
        TableName: tableName('loginBlocks'),
        FilterExpression: 'blockedUntil > :now',
        ExpressionAttributeValues: { ':now': now },
        ConsistentRead: true,
        Limit: sliceSize,
        ExclusiveStartKey: position.read(from),
      }),
    );
    return {
      items: Items.map((item): LoginBlock => v.parse(loginBlock, item)),
      next: position.write(LastEvaluatedKey),
    };
  },

  async lastActive(connectionIds) {
    const keys = connectionIds.map((connectionId) => ({ connectionId }));
    const items = await getAll(tableName('connections'), keys, 'connectionId, lastActiveAt');
    return new Map(
      items.map((item) => {
        const { connectionId, lastActiveAt } = v.parse(active, item);
        return [connectionId, lastActiveAt];
      }),
    );
  },

  async connections(limit) {
    const { Items = [] } = await db.send(
      new ScanCommand({
        TableName: tableName('connections'),
        ProjectionExpression: 'connectionId',
        ConsistentRead: true,
        Limit: limit,
      }),
    );
    return Items.map((item) => v.parse(connection, item).connectionId);
  },
};
