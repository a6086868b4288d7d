import * as v from 'valibot';
import type { RoomLifecycle } from '../../chat/backup/ports.ts';
import { parseStored } from '../../chat/parse-stored.ts';
import { settled, updateIf } from '../dynamodb.ts';
import { readRoomItem, roomItem } from '../room-item.ts';
import { seatMarks } from '../seats.ts';

/** The Room item, as far as {@link roomLifecycle} reads it. */
export const storedLifecycle = v.object({
  openedAt: v.optional(v.number()),
  closedAt: v.optional(v.number()),
  restoring: v.optional(v.object({ file: v.string(), open: v.boolean(), writing: v.boolean() })),
});

const read = async () => parseStored(storedLifecycle, await readRoomItem());

/** A transaction item: the condition that no restore is under way. */
export const notRestoring = () => ({
  ConditionCheck: { ...roomItem(), ConditionExpression: 'attribute_not_exists(restoring)' },
});

/** Opens and closes the room in the Room item. */
export const roomLifecycle: RoomLifecycle = {
  async close(at) {
    const input = {
      ...roomItem(),
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':true': true, ':false': false, ':at': at },
    };
    const update = {
      ...input,
      UpdateExpression: 'SET #open = :false, closedAt = :at REMOVE closedFor',
      ConditionExpression: '#open = :true',
    };
    if ((await settled(() => updateIf(update))).written) return at;
    // A restore may have closed the room: have it stay closed afterwards.
    await updateIf({
      ...roomItem(),
      UpdateExpression: 'SET restoring.#open = :false, closedAt = if_not_exists(closedAt, :at)',
      ConditionExpression: 'attribute_exists(restoring)',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':false': false, ':at': at },
    });
    return (await read()).closedAt ?? at;
  },

  async open(at) {
    const input = {
      ...roomItem(),
      UpdateExpression: 'SET #open = :true, openedAt = :at REMOVE closedAt, closedFor',
      ConditionExpression: '#open = :false AND attribute_not_exists(restoring)',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':true': true, ':false': false, ':at': at },
    };
    const { written } = await settled(() => updateIf(input));
    return written || (await read()).restoring === undefined;
  },

  async times() {
    const { openedAt, closedAt } = await read();
    return { openedAt, closedAt };
  },

  async restoreLock() {
    return (await read()).restoring;
  },

  async lock(lock) {
    // Carried out late, it would lock the restored room.
    await settled(() =>
      updateIf({
        ...roomItem(),
        UpdateExpression: 'SET restoring = :lock, #open = :false',
        ExpressionAttributeNames: { '#open': 'open' },
        ExpressionAttributeValues: { ':lock': lock, ':false': false },
      }),
    );
  },

  async noteWriting(file) {
    const { written } = await updateIf({
      ...roomItem(),
      UpdateExpression: 'SET restoring.#file = :file, restoring.writing = :true',
      ConditionExpression: 'attribute_exists(restoring)',
      ExpressionAttributeNames: { '#file': 'file' },
      ExpressionAttributeValues: { ':file': file, ':true': true },
    });
    if (!written) throw new Error('The room is not locked by a restore');
  },

  async unlock(lock, restored) {
    // Nobody can be online in a locked room, so the count starts again at 0.
    const values = { ...restored, ...(restored && { online: 0 }) };
    const names = Object.keys(values);
    // Nor can a seat be in doubt.
    const marks = restored ? await seatMarks() : [];
    await updateIf({
      ...roomItem(),
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
        ':file': lock.file,
        ...Object.fromEntries(Object.values(values).map((value, i) => [`:v${i}`, value])),
      },
    });
  },
};
