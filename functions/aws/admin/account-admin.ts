import { paginateQuery } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { AccountAdmin, LoginBlock } from '../../chat/admin/ports.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { putNewAccount } from '../accounts.ts';
import { addressOf } from '../address.ts';
import { db, deleteIf, transact } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { overrideReservation, removeWithName } from '../name-claims.ts';
import { nobodyThere } from '../session-items.ts';
import { createCounter, deleteCounter } from '../streams/keys.ts';
import { notRestoring } from './room-lifecycle.ts';

const loginBlock = v.object({ name: v.string(), address: v.string(), blockedUntil: v.number() });

/** Deletes a block with its tries, or the next wrong password would block again. False if the block has ended. */
async function lift({ name, address }: LoginBlock, now: number): Promise<boolean> {
  const outcome = await deleteIf({
    TableName: tableName('loginBlocks'),
    Key: { name, address },
    ConditionExpression: 'blockedUntil > :now',
    ExpressionAttributeValues: { ':now': now },
  });
  // If the SDK retried a delete whose response was lost, there is no item.
  return outcome.written || outcome.item === undefined;
}

export const accountAdmin: AccountAdmin = {
  async liftBlocks(name, address, now) {
    const wanted = address === undefined ? undefined : addressOf(address);
    const lifted: LoginBlock[] = [];
    const query = {
      TableName: tableName('loginBlocks'),
      KeyConditionExpression: '#name = :name',
      FilterExpression: 'blockedUntil > :now',
      ExpressionAttributeNames: { '#name': 'name' },
      ExpressionAttributeValues: { ':name': name, ':now': now },
      ConsistentRead: true,
      // The blocks of a page are lifted concurrently.
      Limit: 100,
    };
    for await (const { Items = [] } of paginateQuery({ client: db }, query)) {
      const blocks = Items.map((item) => parseStored(loginBlock, item));
      const asked = blocks.filter((block) => wanted === undefined || block.address === wanted);
      const outcomes = await Promise.all(asked.map((block) => lift(block, now)));
      lifted.push(...asked.filter((_, i) => outcomes[i]));
    }
    return lifted;
  },

  async resetPassword(account, newHash) {
    const { committed } = await transact([
      notRestoring(),
      {
        Update: {
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
        },
      },
    ]);
    return committed;
  },

  async add(account, at) {
    const outcome = await transact([
      putNewAccount({ ...account, mustChangePassword: true }, at),
      notRestoring(),
      createCounter(account),
      overrideReservation(account),
    ]);
    if (outcome.committed) return 'created';
    return outcome.failed.has(0) || outcome.failed.has(3) ? 'user-exists' : 'conflict';
  },

  async suspend(account, suspended) {
    const { committed } = await transact([
      notRestoring(),
      {
        Update: {
          TableName: tableName('users'),
          Key: { name: account.name },
          UpdateExpression: suspended ? 'SET suspended = :true' : 'REMOVE suspended',
          ConditionExpression: 'accountId = :id',
          ExpressionAttributeValues: { ':id': account.accountId, ...(suspended && { ':true': true }) },
        },
      },
    ]);
    return committed;
  },

  async remove(account, reservedUntil) {
    const outcome = await removeWithName(account, reservedUntil, [
      nobodyThere(account.name),
      {
        Delete: {
          TableName: tableName('users'),
          Key: { name: account.name },
          ConditionExpression: 'accountId = :id',
          ExpressionAttributeValues: { ':id': account.accountId },
        },
      },
      notRestoring(),
      deleteCounter(account),
    ]);
    if (outcome.committed) return 'removed';
    return outcome.failed.has(1) ? 'gone' : 'conflict';
  },
};
