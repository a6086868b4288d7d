import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import type { AdminQueries, ListedAccount } from '../../chat/admin/ports.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { day } from '../../chat/units.ts';
import { db, getAll, type Item } from '../dynamodb.ts';
import { messageRetentionDays, requireEnv, tableName } from '../environment.ts';
import { type ObjectPrefix, type TableName, variables } from '../names.ts';
import { s3 } from './backup-store.ts';
import { listPage, scanPage } from './scan-page.ts';

/** Items per page: few enough to hold in memory. */
const Limit = 2_000;

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

function toListed(item: Item): ListedAccount {
  const { lastSeenAt, ...listed } = parseStored(account, item);
  return { ...listed, lastSeenAt };
}

const listedOnly = {
  Limit,
  // The password hash is not read, so it cannot leak.
  ProjectionExpression: '#name, displayName, createdAt, lastSeenAt',
  ExpressionAttributeNames: { '#name': 'name' },
};

export const adminQueries: AdminQueries = {
  async sizes(now) {
    const [users, messages, loginBlocks, files, backups] = await Promise.all([
      sizeOf('users'),
      sizeOf('messages'),
      sizeOf('loginBlocks'),
      bytesOf('files'),
      bytesOf('backups'),
    ]);
    // The other tables hold one item, or one for each user who is online.
    const bytes = users.bytes + messages.bytes + loginBlocks.bytes;
    return {
      users,
      messages: {
        // Each inbox and the room's stream have a counter in the table.
        items: Math.max(0, messages.items - users.items - 1),
        since: Math.max(messages.createdAt, now - messageRetentionDays() * day),
      },
      bytes: bytes === 0 && users.items > 0 ? undefined : bytes,
      objectBytes: files + backups,
    };
  },

  accounts: (from) => listPage('users', from, toListed, listedOnly),

  suspended: (from) =>
    listPage('users', from, toListed, {
      ...listedOnly,
      FilterExpression: 'attribute_exists(suspended)',
    }),

  loginBlocks: (now, from) =>
    listPage('loginBlocks', from, (item) => parseStored(loginBlock, item), {
      Limit,
      FilterExpression: 'blockedUntil > :now',
      ExpressionAttributeValues: { ':now': now },
    }),

  async lastActive(connectionIds) {
    const keys = connectionIds.map((connectionId) => ({ connectionId }));
    const items = await getAll(tableName('connections'), keys, 'connectionId, lastActiveAt');
    return new Map(
      items.map((item) => {
        const { connectionId, lastActiveAt } = parseStored(active, item);
        return [connectionId, lastActiveAt];
      }),
    );
  },

  async connections(limit) {
    const { items } = await scanPage('connections', { ProjectionExpression: 'connectionId', Limit: limit });
    return items.map((item) => parseStored(connection, item).connectionId);
  },
};
