import pMap from 'p-map';
import { putIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { type StoredItem, tombstone, toStored } from './items.ts';
import { messageKey, type StreamOwner } from './keys.ts';

/**
 * After this time (ms) no invocation that took a number is still running. Lambda ends it after 15 minutes at the
 * latest; the rest allows for clock skew.
 */
const deadAfter = 16 * 60_000;

/**
 * How long (ms) a reader that can ask again waits for a writer before it fills the number. A put takes some 5 ms, or
 * up to 3 s with retries.
 */
const patience = 5_000;

/** Jitter (ms): readers that wait for one number return at different times, so that most of them find it filled. */
const spread = 3_000;

/** Numbers filled side by side. */
const together = 25;

/** The most numbers that a reader fills before it returns its page. */
const mostPerPage = 100;

/**
 * The most numbers between a message and a missing number whose writer may still be running. There are never that many
 * concurrent writers.
 */
const mostAtWork = 1_000;

/** The number and time of the item or ticket above some missing numbers. */
export type Above = Pick<StoredItem, 'seq' | 'previousAt'>;

/**
 * Numbers that are missing in a stream. A number is given out before its message is put, so a missing one may belong to a writer
 * that is still at work, to one that died, or to a message that has expired.
 */
export interface Holes {
  /**
   * Settles the missing numbers from `first` to `above` - 1, but leaves recent ones to their writers. For readers that
   * can ask again. `upTo`: no message can be committed any more up to this number. `items`: tombstones put at missing
   * numbers, or the messages found there instead.
   */
  settle(of: StreamOwner, first: number, above: Above): Promise<{ upTo: number; items: readonly StoredItem[] }>;
  /** As above, but fills recent numbers, too. An active writer of such a number must take another one. */
  settleNow(of: StreamOwner, first: number, above: Above): Promise<readonly StoredItem[]>;
  /**
   * Puts a tombstone at a number if it is free. Returns the item that is there: the tombstone, or what was put before.
   */
  fill(of: StreamOwner, hole: Above): Promise<StoredItem>;
}

export function holesAt(options: { readonly now: () => number; readonly expiresAt: () => number }): Holes {
  const { now, expiresAt } = options;

  // Messages of earlier versions have no `previousAt`; those versions left no holes.
  const ageOf = ({ previousAt = 0 }: Above) => now() - previousAt;

  async function fill(of: StreamOwner, hole: Above): Promise<StoredItem> {
    const Item = { ...messageKey({ ...of, seq: hole.seq }), ...tombstone(hole, expiresAt()) };
    const outcome = await putIf({
      TableName: tableName('messages'),
      Item,
      ConditionExpression: 'attribute_not_exists(seq)',
    });
    return toStored(outcome.written || !outcome.item ? Item : outcome.item);
  }

  function fillAll(of: StreamOwner, first: number, last: number, previousAt: number | undefined) {
    const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return pMap(numbers, (seq) => fill(of, { seq, previousAt }), { concurrency: together });
  }

  return {
    fill,

    async settle(of, first, above) {
      const last = above.seq - 1;
      const age = ageOf(above);
      if (first > last || age > deadAfter) return { upTo: last, items: [] };
      if (age < patience + Math.random() * spread) return { upTo: first - 1, items: [] };
      const upTo = Math.min(last, first + mostPerPage - 1);
      return { upTo, items: await fillAll(of, first, upTo, above.previousAt) };
    },

    async settleNow(of, first, above) {
      const last = above.seq - 1;
      if (first > last || ageOf(above) > deadAfter) return [];
      return fillAll(of, Math.max(first, last - mostAtWork + 1), last, above.previousAt);
    },
  };
}
