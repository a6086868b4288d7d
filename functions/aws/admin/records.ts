import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { ScanCommand, type ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Records } from '../../chat/admin/doctor/ports.ts';
import type { Slice } from '../../chat/admin/ports.ts';
import { toAccount } from '../accounts.ts';
import { toConnection } from '../connections.ts';
import { db, type Item, transact, updateIf } from '../dynamodb.ts';
import { requireEnv, tableName } from '../environment.ts';
import { toRecord } from '../files.ts';
import { presenceKey } from '../keys.ts';
import { type ObjectPrefix, type TableName, variables } from '../names.ts';
import { newLeaving } from '../seats.ts';
import { forgetConnection } from '../sessions.ts';
import { position } from './position.ts';
import { s3 } from './vault.ts';

/** How many are compared in one slice: each takes several calls. */
const sliceSize = 250;

async function scan<T>(table: TableName, from: string | undefined, read: (item: Item) => T): Promise<Slice<T>> {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new ScanCommand({
      TableName: tableName(table),
      ConsistentRead: true,
      Limit: sliceSize,
      ExclusiveStartKey: position.read(from),
    }),
  );
  return { items: Items.map(read), next: position.write(LastEvaluatedKey) };
}

const named = v.object({ name: v.string(), accountId: v.string() });
const connectedAt = v.object({ connectedAt: v.number() });

const files: ObjectPrefix = 'files';
const cursors = { inbox: 'inboxAcked', room: 'roomAcked' } as const;

export const records: Records = {
  accounts: (from) => scan('users', from, toAccount),

  async names() {
    const names = new Map<string, string>();
    const input: ScanCommandInput = {
      TableName: tableName('users'),
      ProjectionExpression: '#name, accountId',
      ExpressionAttributeNames: { '#name': 'name' },
      ConsistentRead: true,
    };
    let from: Item | undefined;
    do {
      const page = await db.send(new ScanCommand({ ...input, ExclusiveStartKey: from }));
      for (const item of page.Items ?? []) {
        const { name, accountId } = v.parse(named, item);
        names.set(accountId, name);
      }
      from = page.LastEvaluatedKey;
    } while (from);
    return names;
  },

  connections: (from) =>
    scan('connections', from, (item) => ({ ...toConnection(item), ...v.parse(connectedAt, item) })),

  files: (from) => scan('fileRecords', from, toRecord),

  async objectKeys(from) {
    const { Contents = [], NextContinuationToken } = await s3.send(
      new ListObjectsV2Command({
        Bucket: requireEnv(variables.bucket),
        Prefix: `${files}/`,
        MaxKeys: sliceSize,
        ContinuationToken: from,
      }),
    );
    return { items: Contents.map(({ Key = '' }) => Key), next: NextContinuationToken };
  },

  async dropSession(session) {
    const { leaving, item } = newLeaving([session], Date.now());
    const { committed } = await transact([
      item,
      {
        Delete: {
          TableName: tableName('presence'),
          Key: presenceKey(session.name),
          ConditionExpression: 'connectionId = :connection AND accountId = :id',
          ExpressionAttributeValues: { ':connection': session.connectionId, ':id': session.accountId },
        },
      },
      forgetConnection(session.connectionId),
    ]);
    return committed ? leaving : undefined;
  },

  async setBack(account, stream, to) {
    const { written } = await updateIf({
      TableName: tableName('users'),
      Key: { name: account.name },
      UpdateExpression: 'SET #cursor = :to',
      ConditionExpression: 'accountId = :id AND #cursor = :was',
      ExpressionAttributeNames: { '#cursor': cursors[stream] },
      ExpressionAttributeValues: { ':id': account.accountId, ':was': account.acknowledged[stream], ':to': to },
    });
    return written;
  },

  async completeBlock(blocker, blocked, stands) {
    const { committed } = await transact([
      {
        ConditionCheck: {
          TableName: tableName('users'),
          Key: { name: blocker.name },
          ConditionExpression: `accountId = :id AND ${stands ? 'attribute_exists' : 'attribute_not_exists'}(blocks.#blocked)`,
          ExpressionAttributeNames: { '#blocked': blocked.accountId },
          ExpressionAttributeValues: { ':id': blocker.accountId },
        },
      },
      {
        Update: {
          TableName: tableName('users'),
          Key: { name: blocked.name },
          UpdateExpression: `${stands ? 'ADD' : 'DELETE'} blockedBy :blocker`,
          ConditionExpression: 'accountId = :id',
          ExpressionAttributeValues: { ':id': blocked.accountId, ':blocker': new Set([blocker.accountId]) },
        },
      },
    ]);
    return committed;
  },
};
