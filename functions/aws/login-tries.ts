import * as v from 'valibot';
import { afterLogin, endOf, type TryRecord } from '../chat/login-tries.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { LoginTries } from '../chat/ports.ts';
import { newVersionTag } from '../chat/token.ts';
import { getItem, type Item, putIf } from './dynamodb.ts';
import { tableName } from './environment.ts';

const stored = v.object({
  version: v.string(),
  tries: v.array(v.object({ at: v.number(), id: v.optional(v.string()) })),
  blockedUntil: v.number(),
  blocks: v.optional(v.number(), 0),
  goodAt: v.optional(v.number()),
});

function toRecord(item: Item): TryRecord {
  const { goodAt, ...record } = parseStored(stored, item);
  return { ...record, goodAt };
}

const toItem = (name: string, address: string, record: TryRecord) => ({
  TableName: tableName('loginBlocks'),
  Item: { name, address, ...record, expiresAt: Math.ceil(endOf(record) / 1000) },
});

/** Part of a transaction: makes an address known for a name, and forgets the tries from there. */
export const rememberAddress = (name: string, address: string, at: number) =>
  toItem(name, address, afterLogin(at, newVersionTag()));

export const loginTries: LoginTries = {
  async find(name, address) {
    const item = await getItem({ TableName: tableName('loginBlocks'), Key: { name, address } });
    // Items whose names no user can have, such as counters and invitations, have no tries.
    return item?.['tries'] === undefined ? undefined : toRecord(item);
  },

  async replace(name, address, before, after) {
    const put = {
      ...toItem(name, address, after),
      ConditionExpression: before ? 'version = :before' : 'attribute_not_exists(address)',
      ...(before && { ExpressionAttributeValues: { ':before': before.version } }),
    };
    const outcome = await putIf(put, (item) => toRecord(item).version === after.version);
    return outcome.written ? { replaced: true } : { replaced: false, now: outcome.item && toRecord(outcome.item) };
  },
};
