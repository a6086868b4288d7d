import { describe, expect, test } from 'vitest';
import { estimate } from './estimate.ts';
import { perMillion } from './prices.ts';

const day = 86_400_000;
const began = Date.parse('2026-11-01T00:00:00Z');
const usage = {
  month: '2026-11',
  minute: began / 60_000,
  onlineMinutes: 600,
  loginsBefore: 100,
  broadcastsBefore: 5000,
};
const counters = { usage, logins: 120, broadcasts: 5000 };
const sizes = (items: number, since: number) => ({
  users: { items: 20 },
  messages: { items, since },
  bytes: 2 ** 30,
  objectBytes: 2 ** 31,
});

/** The count of one item of an estimate. */
const counted = (what: string, { parts }: ReturnType<typeof estimate>) =>
  parts.find((part) => part.what === what)?.count;

describe('messages that are stored', () => {
  test('count fully in a room that began this month', () => {
    const found = estimate({ ...counters, broadcasts: 5030 }, sizes(100, began + 3 * day), began + 10 * day);
    expect(counted('broadcasts', found)).toBe(30);
    expect(counted('messages', found)).toBe(70);
  });

  test('count mostly for the previous month at the beginning of a month', () => {
    const found = estimate(counters, sizes(30_000, began - 29 * day), began + day);
    expect(counted('messages', found)).toBe(1000);
    expect(counted('broadcasts', found)).toBe(0);
  });

  test('count by their share of ten years if they are kept that long', () => {
    const found = estimate(counters, sizes(365_000, began - 3640 * day), began + 10 * day);
    expect(counted('messages', found)).toBe(1000);
  });

  test('are ignored when no user has been online this month', () => {
    const before = { ...counters, usage: { ...usage, month: '2026-10' } };
    for (const idle of [before, { ...counters, usage: undefined }]) {
      const { since, parts, total } = estimate(idle, sizes(30_000, began - 15 * day), began + 15 * day);
      expect(since).toBe('2026-11-01T00:00:00.000Z');
      // Storage still has a cost: half a month of 1 GB in tables and 2 GB in the bucket.
      expect(parts.map(({ what }) => what)).toEqual(['bytes in tables', 'bytes of files and backups']);
      expect(total).toBeCloseTo((0.25 + 2 * 0.023) / 2, 6);
    }
  });
});

test('hours, sessions and storage are added up', () => {
  const { parts, total } = estimate(counters, sizes(0, began), began + day);
  expect(parts).toContainEqual({ what: 'hours online', count: 10, usd: (10 * perMillion.onlineHour) / 1e6 });
  expect(parts).toContainEqual(expect.objectContaining({ what: 'sessions', count: 10 }));
  expect(total).toBeCloseTo(
    parts.reduce((sum, { usd }) => sum + usd, 0),
    9,
  );
});
