import pMap from 'p-map';
import { putIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { type StoredItem, tombstone, toStored } from './items.ts';
import { messageKey, type StreamOwner } from './keys.ts';

/**
 * No invocation is alive this long (ms) after it took a number: Lambda ends it after 15 minutes at the latest. The rest is for
 * clocks that differ.
 */
const deadAfter = 16 * 60_000;

/** How long (ms) a reader that can come again leaves a writer in peace. A put takes some 5 ms, and 3 s if it is tried again. */
const patience = 5_000;

/** Readers that wait for the same number come back at different times, spread over this (ms): then most of them find it filled. */
const spread = 3_000;

/** Numbers filled side by side. */
const together = 25;

/** Numbers that a reader fills at most before it gives its page. */
const mostPerPage = 100;

/** Numbers that may be between a message and the missing number of a writer at work: more than there are writers at a time. */
const mostAtWork = 1_000;

/** What is known of the item or ticket above some missing numbers. */
export type Above = Pick<StoredItem, 'seq' | 'previousAt'>;

/**
 * Numbers that are missing in a stream. A number is given out before its message is put, so a missing one may belong to a writer
 * that is still at work, to one that died, or to a message that has expired.
 */
export interface Holes {
  /**
   * Settles the missing numbers from `first` to just before `above`, but leaves young ones to their writers: for readers that can
   * come again. `upTo` is the last number that no message can get any more. `items` have the numbers that were filled, or that were
   * taken meanwhile.
   */
  settle(of: StreamOwner, first: number, above: Above): Promise<{ upTo: number; items: readonly StoredItem[] }>;
  /** The same, for young ones too: a writer that is at work on one of them has to take another. */
  settleNow(of: StreamOwner, first: number, above: Above): Promise<readonly StoredItem[]>;
  /** Sees to it that no message gets a number. Gives the item that has it then: a tombstone, or what was put before. */
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
