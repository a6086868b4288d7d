import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { type TryRecord, tryWindow } from '../chat/login-tries.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { LoginTries } from '../chat/ports.ts';
import { db, type Item, putIf } from './dynamodb.ts';
import { tableName } from './environment.ts';

const stored = v.object({
  version: v.string(),
  tries: v.array(v.object({ at: v.number(), connectionId: v.optional(v.string()) })),
  blockedUntil: v.number(),
});

const toRecord = (item: Item): TryRecord => parseStored(stored, item) as TryRecord;

export const loginTries: LoginTries = {
  async find(name, address) {
    const { Item } = await db.send(
      new GetCommand({ TableName: tableName('loginBlocks'), Key: { name, address }, ConsistentRead: true }),
    );
    return Item && toRecord(Item);
  },

  async replace(name, address, before, after) {
    const lastTry = after.tries.at(-1)?.at ?? 0;
    const outcome = await putIf({
      TableName: tableName('loginBlocks'),
      Item: {
        name,
        address,
        ...after,
        expiresAt: Math.ceil(Math.max(after.blockedUntil, lastTry + tryWindow) / 1000),
      },
      ConditionExpression: before ? 'version = :before' : 'attribute_not_exists(address)',
      ...(before && { ExpressionAttributeValues: { ':before': before.version } }),
    });
    if (outcome.written) return { replaced: true };
    const now = outcome.item && toRecord(outcome.item);
    // The SDK retried a put whose first answer was lost: what is there is our own.
    return now?.version === after.version ? { replaced: true } : { replaced: false, now };
  },
};
