import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Session } from '../chat/model.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { Leaving, Seats } from '../chat/ports.ts';
import { db, type Item, queryPartition, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { leavingShard } from './keys.ts';
import { marksIn } from './marks.ts';
import { readRoomItem, roomItem } from './room-item.ts';

/**
 * The count of users online is the attribute `online` of the Room item. Logins and logouts change it by plain updates,
 * which DynamoDB serializes. Sessions begin and end in transactions on other items.
 * docs/decisions/0044-a-count-beside-the-transactions.md explains how count and sessions stay consistent.
 *
 * Marks on the Room item make every change of the count happen exactly once, despite retries:
 * - `entering:<seat>` (epoch ms): the seat is counted, and its login may not have committed yet.
 * - `givenBack:<leaving>` (epoch ms): the seats of this leaving are no longer counted.
 */
const enteringMark = (seat: string) => `${entering}${seat}`;
const givenBackMark = (leaving: string) => `${givenBack}${leaving}`;
const entering = 'entering:';
const givenBack = 'givenBack:';

/** An id for a seat or a leaving: 64 random bits. */
const newId = () => randomBytes(8).toString('base64url');

const stored = v.object({
  open: v.optional(v.boolean(), true),
  closedAt: v.optional(v.number()),
  online: v.number(),
  logins: v.number(),
});

const storedAdmission = v.object({
  open: v.optional(v.boolean(), true),
  bans: v.optional(v.record(v.string(), v.number()), {}),
});

const admission = (item: Item) => parseStored(storedAdmission, item);

/** The names of all marks on the Room item. */
export async function seatMarks(): Promise<string[]> {
  return Object.keys(await readRoomItem()).filter((name) => name.startsWith(entering) || name.startsWith(givenBack));
}

/** A login or leaving that is older than this (ms) belongs to a killed function. A full room does not wait for it. */
const staleAfter = 5_000;

/** The delays (ms) between attempts to take a seat in a full room in which seats are about to become free. */
const waits = [50, 100, 200, 400];

export type Taken = { readonly kind: 'taken'; readonly seat: string } | { readonly kind: 'room-full' | 'room-stopped' };

/** Takes a seat if the room is open and has a free one. Waits for seats in doubt, because they may become free. */
export async function takeSeat(at: number): Promise<Taken> {
  const seat = newId();
  for (const wait of [...waits, undefined]) {
    const update = {
      ...roomItem(),
      UpdateExpression: 'SET #seat = :now ADD #online :one, logins :one',
      ConditionExpression: '#open = :true AND #online < maxCon AND attribute_not_exists(#seat)',
      ExpressionAttributeNames: { '#seat': enteringMark(seat), '#open': 'open', '#online': 'online' },
      ExpressionAttributeValues: { ':now': at, ':one': 1, ':true': true },
    };
    const outcome = await updateIf(update, (item) => item[enteringMark(seat)] !== undefined);
    if (outcome.written) return { kind: 'taken', seat };
    if (outcome.item?.['open'] !== true) return { kind: 'room-stopped' };
    if (wait === undefined || !(await mayBecomeFree(outcome.item, at))) break;
    await sleep(wait);
  }
  return { kind: 'room-full' };
}

async function mayBecomeFree(item: Item, now: number): Promise<boolean> {
  const isFresh = (at: number) => at > now - staleAfter;
  if ([...marksIn(item, entering).values()].some(isFresh)) return true;
  return (await seats.leaving()).some((leaving) => isFresh(leaving.at));
}

/** A leaving of sessions, and the part of their transaction that records it. */
export function newLeaving(sessions: readonly Session[], at: number) {
  const leaving: Leaving = {
    id: newId(),
    // A session that began under an earlier version of the room has no seat of its own.
    seats: sessions.flatMap(({ seat }) => seat ?? []),
    count: sessions.length,
    at,
  };
  const { id, ...rest } = leaving;
  return { leaving, item: { Put: { TableName: tableName('presence'), Item: { ...leavingKey(id), ...rest } } } };
}

const leavingKey = (id: string) => ({ shard: leavingShard, name: id });

const storedLeaving = v.object({
  name: v.string(),
  seats: v.array(v.string()),
  count: v.number(),
  at: v.number(),
});

export const seats: Seats = {
  async read() {
    const item = await readRoomItem();
    const { closedAt, ...state } = parseStored(stored, { online: 0, logins: 0, ...item });
    return { ...state, closedAt, entering: marksIn(item, entering), givenBack: marksIn(item, givenBack) };
  },

  async confirm(seat) {
    if (seat === undefined) return admission(await readRoomItem());
    const outcome = await updateIf({
      ...roomItem(),
      UpdateExpression: 'REMOVE #seat',
      ConditionExpression: 'attribute_exists(room)',
      ExpressionAttributeNames: { '#seat': enteringMark(seat) },
      ReturnValues: 'ALL_OLD',
    });
    return admission((outcome.written && outcome.old) || { open: false });
  },

  async refund(seat) {
    await updateIf({
      ...roomItem(),
      UpdateExpression: 'REMOVE #seat ADD #online :fewer, logins :fewer',
      ConditionExpression: 'attribute_exists(#seat)',
      ExpressionAttributeNames: { '#seat': enteringMark(seat), '#online': 'online' },
      ExpressionAttributeValues: { ':fewer': -1 },
    });
  },

  async leaving() {
    const items = await queryPartition(tableName('presence'), 'shard', leavingShard);
    return items.map((item) => {
      const { name: id, ...leaving } = parseStored(storedLeaving, item);
      return { id, ...leaving };
    });
  },

  async giveBack({ id, seats: left, count, at }) {
    await updateIf({
      ...roomItem(),
      UpdateExpression: `SET #leaving = :at ADD #online :fewer, logins :one${left.length > 0 ? ` REMOVE ${left.map((_, i) => `#s${i}`).join(', ')}` : ''}`,
      ConditionExpression: 'attribute_exists(room) AND attribute_not_exists(#leaving)',
      ExpressionAttributeNames: {
        '#leaving': givenBackMark(id),
        '#online': 'online',
        ...Object.fromEntries(left.map((seat, i) => [`#s${i}`, enteringMark(seat)])),
      },
      ExpressionAttributeValues: { ':at': at, ':fewer': -count, ':one': 1 },
    });
    await db.send(new DeleteCommand({ TableName: tableName('presence'), Key: leavingKey(id) }));
  },

  async forget(leavings) {
    if (leavings.length === 0) return;
    await updateIf({
      ...roomItem(),
      UpdateExpression: `REMOVE ${leavings.map((_, i) => `#l${i}`).join(', ')}`,
      ConditionExpression: 'attribute_exists(room)',
      ExpressionAttributeNames: Object.fromEntries(leavings.map((id, i) => [`#l${i}`, givenBackMark(id)])),
    });
  },

  async correctCount(online, logins) {
    const { written } = await updateIf({
      ...roomItem(),
      UpdateExpression: 'SET #online = :online',
      ConditionExpression: 'logins = :logins',
      ExpressionAttributeNames: { '#online': 'online' },
      ExpressionAttributeValues: { ':online': online, ':logins': logins },
    });
    return written;
  },
};
