import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { parseStored } from '../chat/parse-stored.ts';
import type { NoticeBatch } from '../chat/ports.ts';
import { newVersionTag } from '../chat/token.ts';
import { db, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { noticesKey } from './keys.ts';

const stored = v.object({
  came: v.optional(v.number(), 0),
  left: v.optional(v.number(), 0),
  /** When a run of the notices function posts the batch; not there if none is going to. */
  dueAt: v.optional(v.number()),
  postedAt: v.optional(v.number(), 0),
});

/** A run that is this late (ms) has died. */
const patience = 30_000;

const item = () => ({ TableName: tableName('room'), Key: noticesKey });

export const noticeBatch: NoticeBatch = {
  async add(kind, now, intervalMs) {
    const { Attributes = {} } = await db.send(
      new UpdateCommand({
        ...item(),
        UpdateExpression: 'ADD #count :one',
        ExpressionAttributeNames: { '#count': kind === 'login' ? 'came' : 'left' },
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const { dueAt: promised, postedAt } = parseStored(stored, Attributes);
    if (promised !== undefined && promised > now - patience) return undefined;
    const dueAt = Math.max(now, postedAt + intervalMs);
    const run = newVersionTag();
    const update = {
      ...item(),
      UpdateExpression: 'SET dueAt = :dueAt, runId = :run',
      ConditionExpression: promised === undefined ? 'attribute_not_exists(dueAt)' : 'dueAt = :promised',
      ExpressionAttributeValues: {
        ...{ ':dueAt': dueAt, ':run': run },
        ...(promised !== undefined && { ':promised': promised }),
      },
    };
    return (await updateIf(update, ({ runId }) => runId === run)).written ? dueAt : undefined;
  },

  async take(now) {
    const { Attributes = {} } = await db.send(
      new UpdateCommand({
        ...item(),
        UpdateExpression: 'SET postedAt = :now REMOVE came, #left, dueAt, runId',
        ExpressionAttributeNames: { '#left': 'left' },
        ExpressionAttributeValues: { ':now': now },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return parseStored(stored, Attributes);
  },
};
