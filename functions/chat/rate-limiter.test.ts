import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Connection } from './model.ts';
import { RateLimiters } from './rate-limiter.ts';

const rateLimit = { rate: 20, burst: 100 };

/** A connection's item, and what the room does with it for each command, in one of several Lambda environments. */
class Speaker {
  theoreticalArrivalTime = 0;
  written = 0;
  readonly environments: RateLimiters[];

  constructor(environments: number) {
    this.environments = Array.from({ length: environments }, () => new RateLimiters());
  }

  /** The seconds to wait; 0 for a command that was let through. */
  say(environment: number, now: number): number {
    const rateLimiters = this.environments[environment] as RateLimiters;
    const remembered = rateLimiters.remembered('c', now);
    if (remembered > 0) return remembered;
    const connection: Connection = {
      connectionId: 'c',
      address: '',
      lastActiveAt: 0,
      rateLimit,
      theoreticalArrivalTime: this.theoreticalArrivalTime,
      member: undefined,
    };
    const wait = rateLimiters.take(connection, now);
    if (wait === 0 && rateLimiters.isDue(connection)) {
      this.theoreticalArrivalTime = Math.max(this.theoreticalArrivalTime, now) + rateLimiters.settle(connection);
      this.written += 1;
    }
    return wait;
  }
}

test('a connection that was silent may send a burst at once, then must wait', () => {
  const speaker = new Speaker(1);
  for (let i = 0; i < rateLimit.burst; i += 1) expect(speaker.say(0, 1_000_000)).toBe(0);
  expect(speaker.say(0, 1_000_000)).toBe(1);
});

test('a connection that has waited for the stated time may send again', () => {
  const speaker = new Speaker(1);
  for (let i = 0; i < 500; i += 1) speaker.say(0, 1_000_000);
  const wait = speaker.say(0, 1_000_000);
  expect(wait).toBe(1);
  expect(speaker.say(0, 1_000_000 + wait * 1000)).toBe(0);
});

test('a normal user never waits, and adds no writes', () => {
  const speaker = new Speaker(1);
  for (let minute = 0; minute < 100; minute += 1) {
    // Ten commands in a breath; the item, which is written every few seconds anyway, takes them along.
    for (let i = 0; i < 10; i += 1) expect(speaker.say(0, 1_000_000 + minute * 60_000)).toBe(0);
    for (const rateLimiters of speaker.environments) {
      rateLimiters.settle({
        connectionId: 'c',
        address: '',
        lastActiveAt: 0,
        rateLimit,
        theoreticalArrivalTime: 0,
        member: undefined,
      });
    }
  }
  expect(speaker.written).toBe(0);
});

test('a flood gets through no faster than its rateLimit, however many environments it keeps busy', () => {
  const flood = fc.record({
    environments: fc.integer({ min: 1, max: 20 }),
    perSecond: fc.integer({ min: 30, max: 2_000 }),
    seconds: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(flood, ({ environments, perSecond, seconds }) => {
      const speaker = new Speaker(environments);
      let through = 0;
      for (let i = 0; i < perSecond * seconds; i += 1) {
        if (speaker.say(i % environments, 1_000_000 + (i * 1000) / perSecond) === 0) through += 1;
      }
      // Each environment knows a tenth of a burst that the others do not.
      const unknown = environments * (rateLimit.burst / 10 + 1);
      expect(through).toBeLessThanOrEqual(rateLimit.burst + rateLimit.rate * seconds + unknown);
      expect(through).toBeGreaterThanOrEqual(Math.min(perSecond * seconds, rateLimit.burst));
    }),
    { numRuns: 60 },
  );
});
