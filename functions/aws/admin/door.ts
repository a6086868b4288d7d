import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Door } from '../../chat/backup/ports.ts';
import { db, updateIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { roomKey } from '../keys.ts';
import { seatMarks } from '../seats.ts';

const stored = v.object({
  openedAt: v.optional(v.number()),
  closedAt: v.optional(v.number()),
  restoring: v.optional(v.object({ file: v.string(), open: v.boolean(), writing: v.boolean() })),
});

const room = () => ({ TableName: tableName('room'), Key: roomKey });

async function read() {
  const { Item } = await db.send(new GetCommand({ ...room(), ConsistentRead: true }));
  return v.parse(stored, Item ?? {});
}

/** Part of a transaction: no restore has begun that has not ended. */
export const notRestoring = () => ({
  ConditionCheck: { ...room(), ConditionExpression: 'attribute_not_exists(restoring)' },
});

/** What the Room table's one item says of the room's being open. */
export const door: Door = {
  async close(at) {
    const input = {
      ...room(),
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':true': true, ':false': false, ':at': at },
    };
    const { written } = await updateIf({
      ...input,
      UpdateExpression: 'SET #open = :false, closedAt = :at',
      ConditionExpression: '#open = :true',
    });
    if (written) return at;
    // It may be closed because it is being restored: then it stays so afterwards.
    await updateIf({
      ...room(),
      UpdateExpression: 'SET restoring.#open = :false, closedAt = if_not_exists(closedAt, :at)',
      ConditionExpression: 'attribute_exists(restoring)',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':false': false, ':at': at },
    });
    return (await read()).closedAt ?? at;
  },

  async open(at) {
    const { written } = await updateIf({
      ...room(),
      UpdateExpression: 'SET #open = :true, openedAt = :at REMOVE closedAt',
      ConditionExpression: '#open = :false AND attribute_not_exists(restoring)',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':true': true, ':false': false, ':at': at },
    });
    return written || (await read()).restoring === undefined;
  },

  async times() {
    const { openedAt, closedAt } = await read();
    return { openedAt, closedAt };
  },

  async mark() {
    return (await read()).restoring;
  },

  async setMark(mark) {
    await updateIf({
      ...room(),
      UpdateExpression: 'SET restoring = :mark, #open = :false',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':mark': mark, ':false': false },
    });
  },

  async noteWriting(file) {
    await updateIf({
      ...room(),
      UpdateExpression: 'SET restoring.#file = :file, restoring.writing = :true',
      ExpressionAttributeNames: { '#file': 'file' },
      ExpressionAttributeValues: { ':file': file, ':true': true },
    });
  },

  async clearMark(mark, restored) {
    // Nobody can be online in a room that is marked; counting those who come and go begins anew.
    const values = { ...restored, ...(restored && { online: 0 }) };
    const names = Object.keys(values);
    // Nor can a seat be in doubt.
    const marks = restored ? await seatMarks() : [];
    await updateIf({
      ...room(),
      UpdateExpression: `SET ${['#open = restoring.#open', ...names.map((_, i) => `#n${i} = :v${i}`)].join(', ')} REMOVE ${['restoring', ...marks.map((_, i) => `#m${i}`)].join(', ')} ADD logins :one`,
      ConditionExpression: 'restoring.#file = :file',
      ExpressionAttributeNames: {
        '#open': 'open',
        '#file': 'file',
        ...Object.fromEntries(names.map((name, i) => [`#n${i}`, name])),
        ...Object.fromEntries(marks.map((mark, i) => [`#m${i}`, mark])),
      },
      ExpressionAttributeValues: {
        ':one': 1,
        ':file': mark.file,
        ...Object.fromEntries(Object.values(values).map((value, i) => [`:v${i}`, value])),
      },
    });
  },
};
