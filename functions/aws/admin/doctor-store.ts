import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { DoctorStore } from '../../chat/admin/doctor/ports.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { toAccount } from '../accounts.ts';
import { toConnection } from '../connections.ts';
import { db, transact, updateIf } from '../dynamodb.ts';
import { requireEnv, tableName } from '../environment.ts';
import { toRecord } from '../file-records.ts';
import { presenceKey } from '../keys.ts';
import { type ObjectPrefix, variables } from '../names.ts';
import { newLeaving } from '../seats.ts';
import { forgetConnection } from '../session-items.ts';
import { countersAt } from '../streams/counters.ts';
import { s3 } from './backup-store.ts';
import { listPage } from './scan-page.ts';

/** Items per page: each takes several calls to check. */
const Limit = 250;

const named = v.object({ name: v.string(), accountId: v.string() });
const connectedAt = v.object({ connectedAt: v.number() });

const counters = countersAt(Date.now);

const files: ObjectPrefix = 'files';
const cursors = { inbox: 'inboxAcked', room: 'roomAcked' } as const;

export const doctorStore: DoctorStore = {
  accounts: (from) => listPage('users', from, toAccount, { Limit }),

  async names() {
    const names = new Map<string, string>();
    const scan = {
      TableName: tableName('users'),
      ProjectionExpression: '#name, accountId',
      ExpressionAttributeNames: { '#name': 'name' },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateScan({ client: db }, scan)) {
      for (const item of Items) {
        const { name, accountId } = parseStored(named, item);
        names.set(accountId, name);
      }
    }
    return names;
  },

  connections: (from) =>
    listPage('connections', from, (item) => ({ ...toConnection(item), ...parseStored(connectedAt, item) }), { Limit }),

  files: (from) => listPage('fileRecords', from, toRecord, { Limit }),

  async objectKeys(from) {
    const { Contents = [], NextContinuationToken } = await s3.send(
      new ListObjectsV2Command({
        Bucket: requireEnv(variables.bucket),
        Prefix: `${files}/`,
        MaxKeys: Limit,
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

  numbers: counters.numbers,
  catchUp: counters.catchUp,

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
