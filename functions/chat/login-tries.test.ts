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

const attemptOf = (connectionId: string, at: number): Attempt => {
  const id = String(version++);
  return { id, connectionId, at, blockTime, version: id };
};

function counted(record: TryRecord | undefined, attempt: Attempt): TryRecord {
  const start = startTry(record, attempt);
  if (start.kind !== 'counted') throw new Error(`the try was not counted: ${start.kind}`);
  return start.record;
}

/** A try that is counted, checked and wrong. */
function wrong(record: TryRecord | undefined, connectionId: string, at: number): TryRecord {
  const attempt = attemptOf(connectionId, at);
  return failTry(counted(record, attempt), attempt);
}

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

  test('a block never tells of more than its length, whatever the clock or BLOCK_TIME did', () => {
    const third = ['a', 'a', 'a'].reduce<TryRecord | undefined>(
      (record, id) => wrong(record, id, 10_000_000),
      undefined,
    );
    expect(shortenBlock(third, attemptOf('a', 10_000_000))).toBeUndefined();
    // The clock has gone back by an hour.
    const back = shortenBlock(third, attemptOf('a', 10_000_000 - 3_600_000));
    expect(blockedFor(back, 10_000_000 - 3_600_000)).toBe(60_000);
    const shorter = shortenBlock(third, { ...attemptOf('a', 10_000_000), blockTime: 5 });
    expect(blockedFor(shorter, 10_000_000)).toBe(5_000);
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

  test('each next block within a day is twice as long, up to an hour', () => {
    const lengths: number[] = [];
    let record: TryRecord | undefined;
    let at = 0;
    while (lengths.length < 9) {
      record = wrong(record, 'a', at);
      const length = blockedFor(record, at);
      if (length > 0) lengths.push(length / 60_000);
      at += length;
    }
    expect(lengths).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const dayLater = at + blockMemory;
    const next = ['a', 'a', 'a'].reduce((before, id) => wrong(before, id, dayLater), record as TryRecord);
    expect(blockedFor(next, dayLater)).toBe(60_000);
  });

  test('a login forgets them, and makes the address known for ninety days', () => {
    const record = afterLogin(1000, 'v');
    expect(isKnownAddress(record, 1000)).toBe(true);
    expect(isKnownAddress(wrong(record, 'a', 2000), 2000)).toBe(true);
    expect(isKnownAddress(record, 1000 + 91 * 24 * 3_600_000)).toBe(false);
    expect(isKnownAddress(undefined, 1000)).toBe(false);
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

describe('tries side by side', () => {
  const started = (ids: readonly string[], at = 0) => {
    const attempts = ids.map((id) => attemptOf(id, at));
    const record = attempts.reduce<TryRecord | undefined>((before, attempt) => counted(before, attempt), undefined);
    return { attempts, record: record as TryRecord };
  };

  test('over one connection, the fourth waits for the outcome of three', () => {
    const { record, attempts } = started(['a', 'a', 'a']);
    expect(startTry(record, attemptOf('a', 0)).kind).toBe('wait');
    expect(startTry(record, attemptOf('b', 0)).kind).toBe('counted');
    const over = attempts.reduce((before, attempt) => failTry(before, attempt), record);
    expect(blockedFor(over, 0)).toBe(60_000);
  });

  test('over many connections, the tenth waits for the outcome of nine', () => {
    const { record, attempts } = started(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
    expect(startTry(record, attemptOf('j', 0)).kind).toBe('wait');
    const right = withdrawTry(record, attempts[4] as Attempt) as TryRecord;
    expect(startTry(right, attemptOf('j', 0)).kind).toBe('counted');
  });

  test('a right password that is taken back leaves no try', () => {
    const { record, attempts } = started(['a']);
    const [attempt] = attempts as [Attempt];
    const after = withdrawTry(record, attempt) as TryRecord;
    expect(triesLeft(after, 'a')).toBe(3);
    expect(after.tries).toEqual([]);
    expect(withdrawTry(after, attempt)).toBeUndefined();
  });

  test('tries of functions that were killed count as wrong ones', () => {
    const { record } = started(['a', 'a', 'a']);
    const start = startTry(record, attemptOf('a', 8_000));
    expect(start.kind).toBe('blocked');
    expect(blockedFor(start.record, 8_000)).toBe(60_000);
  });
});
