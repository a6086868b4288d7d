import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attempt,
  afterLogin,
  blockedFor,
  blockMemory,
  failTry,
  isKnownAddress,
  shortenBlock,
  startTry,
  type TryRecord,
  triesLeft,
  triesPerHour,
  tryWindow,
  withdrawTry,
} from './login-tries.ts';

const blockTime = 60;
let version = 0;

const attemptOf = (at: number): Attempt => {
  const id = String(version++);
  return { id, at, blockTime, version: id };
};

function counted(record: TryRecord | undefined, attempt: Attempt): TryRecord {
  const start = startTry(record, attempt);
  if (start.kind !== 'counted') throw new Error(`the try was not counted: ${start.kind}`);
  return start.record;
}

/** A try that is counted, checked and wrong. */
function wrong(record: TryRecord | undefined, at: number): TryRecord {
  const attempt = attemptOf(at);
  return failTry(counted(record, attempt), attempt);
}

/** Three wrong ones, which lead to a block. */
const three = (record: TryRecord | undefined, at: number) => wrong(wrong(wrong(record, at), at), at);

describe('wrong passwords', () => {
  test('the third blocks the name for BLOCK_TIME', () => {
    const first = wrong(undefined, 1000);
    const second = wrong(first, 2000);
    const third = wrong(second, 3000);
    expect([first, second].map((record) => triesLeft(record))).toEqual([2, 1]);
    expect([first, second].map((record) => blockedFor(record, 2000))).toEqual([0, 0]);
    expect(blockedFor(third, 3000)).toBe(60_000);
    expect(blockedFor(third, 63_000)).toBe(0);
  });

  test('a block never ends later than one that begins now, whatever the clock or BLOCK_TIME did', () => {
    const third = three(undefined, 10_000_000);
    expect(shortenBlock(third, attemptOf(10_000_000))).toBeUndefined();
    // The clock has gone back by an hour.
    const back = shortenBlock(third, attemptOf(10_000_000 - 3_600_000));
    expect(blockedFor(back, 10_000_000 - 3_600_000)).toBe(60_000);
    const shorter = shortenBlock(third, { ...attemptOf(10_000_000), blockTime: 5 });
    expect(blockedFor(shorter, 10_000_000)).toBe(5_000);
  });

  test('after the block there are three tries again', () => {
    const next = wrong(three(undefined, 0), 61_000);
    expect(blockedFor(next, 61_000)).toBe(0);
    expect(triesLeft(next)).toBe(2);
  });

  test('tries before a block do not count towards the next, also in a record of an earlier version or backup', () => {
    const restored = { ...three(undefined, 0), tries: [{ at: 0 }, { at: 0 }, { at: 0 }] };
    expect(startTry(restored, attemptOf(60_000)).kind).toBe('counted');
    expect(triesLeft(wrong(restored, 60_000))).toBe(2);
  });

  test('each further block within a day is twice as long, up to an hour', () => {
    const lengths: number[] = [];
    let record: TryRecord | undefined;
    let at = 0;
    while (lengths.length < 9) {
      record = wrong(record, at);
      const length = blockedFor(record, at);
      if (length > 0) lengths.push(length / 60_000);
      at += length;
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const dayLater = at + blockMemory;
    expect(blockedFor(three(record, dayLater), dayLater)).toBe(60_000);
  });

  test('a login forgets them, and makes the address known for ninety days', () => {
    const record = afterLogin(1000, 'v');
    expect(isKnownAddress(record, 1000)).toBe(true);
    expect(isKnownAddress(wrong(record, 2000), 2000)).toBe(true);
    expect(isKnownAddress(record, 1000 + 91 * 24 * 3_600_000)).toBe(false);
    expect(isKnownAddress(undefined, 1000)).toBe(false);
  });

  test('from the ninth within the hour on, each blocks', () => {
    const minute = 60_000;
    const nine = three(three(three(undefined, 0), minute), 3 * minute);
    expect(blockedFor(nine, 3 * minute)).toBe(4 * minute);
    expect(blockedFor(wrong(nine, 7 * minute), 7 * minute)).toBe(8 * minute);
    // An hour after the first three.
    const later = wrong(nine, tryWindow + 1);
    expect(blockedFor(later, tryWindow + 1)).toBe(0);
    expect(triesLeft(later)).toBe(2);
  });

  test('those older than an hour no longer count', () => {
    const later = wrong(wrong(wrong(undefined, 0), 0), tryWindow + 1);
    expect(blockedFor(later, tryWindow + 1)).toBe(0);
    expect(later.tries).toHaveLength(1);
  });

  test('no sequence of tries gives more than nine within an hour without a block, and the record stays small', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 60 }), (pauses) => {
        let record: TryRecord | undefined;
        let at = 0;
        const unblocked: number[] = [];
        for (const pause of pauses) {
          at += pause;
          if (blockedFor(record, at) > 0) continue;
          record = wrong(record, at);
          expect(record.tries.length).toBeLessThanOrEqual(triesPerHour);
          if (blockedFor(record, at) === 0) unblocked.push(at);
          const withinTheHour = unblocked.filter((time) => time > at - tryWindow);
          expect(withinTheHour.length).toBeLessThan(triesPerHour);
        }
      }),
    );
  });
});

describe('tries side by side', () => {
  const started = (count: number) => {
    const attempts = Array.from({ length: count }, () => attemptOf(0));
    const record = attempts.reduce<TryRecord | undefined>((before, attempt) => counted(before, attempt), undefined);
    return { attempts, record: record as TryRecord };
  };

  test('the fourth waits for the outcome of three', () => {
    const { record, attempts } = started(3);
    expect(startTry(record, attemptOf(0)).kind).toBe('wait');
    const over = attempts.reduce((before, attempt) => failTry(before, attempt), record);
    expect(blockedFor(over, 0)).toBe(60_000);
    const right = withdrawTry(record, attempts[1] as Attempt) as TryRecord;
    expect(startTry(right, attemptOf(0)).kind).toBe('counted');
  });

  test('a right password that is taken back leaves no try', () => {
    const { record, attempts } = started(1);
    const [attempt] = attempts as [Attempt];
    const after = withdrawTry(record, attempt) as TryRecord;
    expect(triesLeft(after)).toBe(3);
    expect(after.tries).toEqual([]);
    expect(withdrawTry(after, attempt)).toBeUndefined();
  });

  test('tries of functions that were killed count as wrong ones', () => {
    const { record } = started(3);
    const start = startTry(record, attemptOf(8_000));
    expect(start.kind).toBe('blocked');
    expect(blockedFor(start.record, 8_000)).toBe(60_000);
  });
});
