import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockedFor, countWrongTry, type TryRecord, triesLeft, triesPerHour, tryWindow } from './login-tries.ts';

const blockTime = 60;
let version = 0;
const wrong = (record: TryRecord | undefined, connectionId: string, at: number) =>
  countWrongTry(record, { connectionId, at, blockTime, version: String(version++) });

describe('wrong passwords', () => {
  test('the third over one connection blocks the name for BLOCK_TIME', () => {
    const first = wrong(undefined, 'a', 1000);
    const second = wrong(first, 'a', 2000);
    const third = wrong(second, 'a', 3000);
    expect([first, second].map((record) => triesLeft(record, 'a'))).toEqual([2, 1]);
    expect([first, second].map((record) => blockedFor(record, 2000))).toEqual([0, 0]);
    expect(blockedFor(third, 3000)).toBe(60_000);
    expect(blockedFor(third, 63_000)).toBe(0);
  });

  test('after the block the connection has three tries again', () => {
    const blocked = ['a', 'a', 'a'].reduce<TryRecord | undefined>((record, id) => wrong(record, id, 0), undefined);
    const next = wrong(blocked, 'a', 61_000);
    expect(blockedFor(next, 61_000)).toBe(0);
    expect(triesLeft(next, 'a')).toBe(2);
  });

  test('two over one connection and one over another do not block', () => {
    const record = ['a', 'a', 'b'].reduce<TryRecord | undefined>((before, id) => wrong(before, id, 0), undefined);
    expect(blockedFor(record, 0)).toBe(0);
    expect(triesLeft(record as TryRecord, 'b')).toBe(2);
  });

  test('the ninth within the hour blocks, however many connections it took', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const eight = ids.reduce<TryRecord | undefined>((record, id, i) => wrong(record, id, i * 1000), undefined);
    expect(blockedFor(eight, 8000)).toBe(0);
    expect(triesLeft(eight as TryRecord, 'new')).toBe(1);
    expect(blockedFor(wrong(eight, 'new', 9000), 9000)).toBe(60_000);
  });

  test('tries older than an hour no longer count', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const eight = ids.reduce<TryRecord | undefined>((record, id) => wrong(record, id, 0), undefined);
    const later = wrong(eight, 'i', tryWindow + 1);
    expect(blockedFor(later, tryWindow + 1)).toBe(0);
    expect(later.tries).toHaveLength(1);
  });

  test('no sequence of tries gives more than nine within an hour without a block, and the record stays small', () => {
    const attempt = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      pause: fc.integer({ min: 0, max: 400_000 }),
    });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 60 }), (attempts) => {
        let record: TryRecord | undefined;
        let at = 0;
        const unblocked: number[] = [];
        for (const { id, pause } of attempts) {
          at += pause;
          if (blockedFor(record, at) > 0) continue;
          record = wrong(record, id, at);
          expect(record.tries.length).toBeLessThanOrEqual(triesPerHour);
          if (blockedFor(record, at) === 0) unblocked.push(at);
          const withinTheHour = unblocked.filter((time) => time > at - tryWindow);
          expect(withinTheHour.length).toBeLessThan(triesPerHour);
        }
      }),
    );
  });
});
