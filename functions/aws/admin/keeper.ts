import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Keeper, LoginBlock } from '../../chat/admin/ports.ts';
import { db, deleteIf, transact, updateIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { nobodyThere } from '../sessions.ts';

const loginBlock = v.object({ name: v.string(), address: v.string(), blockedUntil: v.number() });

export const keeper: Keeper = {
  async liftBlocks(name, address, now) {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: tableName('loginBlocks'),
        KeyConditionExpression: '#name = :name',
        FilterExpression: 'blockedUntil > :now',
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: { ':name': name, ':now': now },
        ConsistentRead: true,
      }),
    );
    const lifted: LoginBlock[] = [];
    for (const item of Items) {
      const block = v.parse(loginBlock, item);
      if (address !== undefined && block.address !== address) continue;
      // With the tries that led to it: else the next wrong one would block again.
      const { written } = await deleteIf({
        TableName: tableName('loginBlocks'),
        Key: { name, address: block.address },
        ConditionExpression: 'blockedUntil > :now',
        ExpressionAttributeValues: { ':now': now },
      });
      if (written) lifted.push(block);
    }
    return lifted;
  },

  async resetPassword(account, newHash) {
    const { written } = await updateIf({
      TableName: tableName('users'),
      Key: { name: account.name },
      UpdateExpression: 'SET passwordHash = :new, mustChangePassword = :true',
      ConditionExpression: 'accountId = :id AND passwordHash = :old',
      ExpressionAttributeValues: {
        ':id': account.accountId,
        ':old': account.passwordHash,
        ':new': newHash,
        ':true': true,
      },
    });
    return written;
  },

  async remove(account) {
    const outcome = await transact([
      nobodyThere(account.name),
      {
        Delete: {
          TableName: tableName('users'),
          Key: { name: account.name },
          ConditionExpression: 'accountId = :id',
          ExpressionAttributeValues: { ':id': account.accountId },
        },
      },
    ]);
    if (outcome.committed) return 'removed';
    return outcome.failed.has(1) ? 'gone' : 'online';
  },
};
