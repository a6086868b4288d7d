import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { parseStored } from '../chat/parse-stored.ts';
import type { Guests } from '../chat/ports.ts';
import { db, deleteIf, queryPartition, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { guestsShard } from './keys.ts';
import { marksIn } from './marks.ts';

/**
 * Each address has an item in the Presence table (docs/decisions/0050-limits-before-a-login.md):
 * - `guests`: the number of its guests;
 * - `guest:<connection>` (epoch ms): when a guest connected. With this mark each guest is counted and uncounted once;
 * - `connects:<window>`: its new connections in a window of ten minutes. The next window's first connection deletes it;
 * - `most`: the limit of these, when the address last connected.
 */
const guestMark = (connectionId: string) => `${guestPrefix}${connectionId}`;
const guestPrefix = 'guest:';
const connectsIn = (at: number) => `connects:${Math.floor(at / windowMs)}`;
const windowMs = 600_000;

const stored = v.object({ name: v.string(), guests: v.optional(v.number(), 0) });

/** The most guests of an address, whatever the setting is: an item holds 400 KB, and each connection rewrites it. */
const mostGuests = 5_000;

const item = (address: string) => ({
  TableName: tableName('presence'),
  Key: { shard: guestsShard, name: address },
});

/** Addresses that this environment refuses for some time (ms) without a call to DynamoDB. */
class Refusals {
  readonly #until = new Map<string, number>();
  readonly #duration: number;

  constructor(duration: number) {
    this.#duration = duration;
  }

  add(address: string, at: number): void {
    if (this.#until.size >= mostRefusals) this.#until.clear();
    this.#until.set(address, at + this.#duration);
  }

  has(address: string, at: number): boolean {
    const until = this.#until.get(address) ?? 0;
    // If `until` is further ahead than the duration, the clock was set back: ignore the entry.
    return until > at && until <= at + this.#duration;
  }
}
const mostRefusals = 10_000;

const refused = new Refusals(250);
/** Frames of connections that are being closed may arrive for this long. */
const usedUp = new Refusals(10_000);
/** In the next window the address may connect again. */
const usedUpIn = (address: string, at: number) => `${address} ${connectsIn(at)}`;

export const guests: Guests = {
  isRefused: (address, at) => refused.has(address, at),
  isUsedUp: (address, at) => usedUp.has(usedUpIn(address, at), at),

  async admit({ address, connectionId, at }, { guestsPerAddress, connectsPerAddress }) {
    const limit = Math.min(guestsPerAddress, mostGuests);
    const outcome = await updateIf({
      ...item(address),
      UpdateExpression: 'SET #guest = :at, most = :connects REMOVE #before ADD guests :one, #connects :one',
      ConditionExpression:
        'attribute_not_exists(#guest) AND (attribute_not_exists(guests) OR guests < :guests) AND ' +
        '(attribute_not_exists(#connects) OR #connects < :connects)',
      ExpressionAttributeNames: {
        '#guest': guestMark(connectionId),
        '#connects': connectsIn(at),
        '#before': connectsIn(at - windowMs),
      },
      ExpressionAttributeValues: { ':at': at, ':one': 1, ':guests': limit, ':connects': connectsPerAddress },
    });
    // A retried update whose first answer was lost finds its own mark.
    if (outcome.written || outcome.item?.[guestMark(connectionId)] !== undefined) return 'admitted';
    refused.add(address, at);
    return Number(outcome.item?.['guests'] ?? 0) < limit ? 'too-many-connects' : 'too-many-guests';
  },

  async forget({ address, connectionId, at }, { resumed = false } = {}) {
    await updateIf({
      ...item(address),
      UpdateExpression: `REMOVE #guest ADD guests :less${resumed ? ', #connects :less' : ''}`,
      ConditionExpression: 'attribute_exists(#guest)',
      ExpressionAttributeNames: { '#guest': guestMark(connectionId), ...(resumed && { '#connects': connectsIn(at) }) },
      ExpressionAttributeValues: { ':less': -1 },
    });
  },

  async penalize(address, connects, at) {
    const { Attributes = {} } = await db.send(
      new UpdateCommand({
        ...item(address),
        UpdateExpression: 'ADD #connects :connects',
        ExpressionAttributeNames: { '#connects': connectsIn(at) },
        ExpressionAttributeValues: { ':connects': connects },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const isUsedUp = Number(Attributes[connectsIn(at)]) >= Number(Attributes['most'] ?? Number.POSITIVE_INFINITY);
    if (!isUsedUp) return [];
    usedUp.add(usedUpIn(address, at), at);
    return [...marksIn(Attributes, guestPrefix).keys()];
  },

  async addresses(now) {
    const items = await queryPartition(tableName('presence'), 'shard', guestsShard, false);
    return items.map((one) => ({
      address: parseStored(stored, one, 'an address').name,
      guests: marksIn(one, guestPrefix),
      hasConnects: Object.hasOwn(one, connectsIn(now)),
    }));
  },

  async tidy(address, at) {
    await deleteIf({
      ...item(address),
      ConditionExpression: '(attribute_not_exists(guests) OR guests <= :none) AND attribute_not_exists(#connects)',
      ExpressionAttributeNames: { '#connects': connectsIn(at) },
      ExpressionAttributeValues: { ':none': 0 },
    });
  },
};
