import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guestLimit, mostRefused } from '../../protocol/index.ts';
import type { Connection } from './model.ts';
import { mostRefusedOfGuests, RateLimiters } from './rate-limiter.ts';

const rateLimit = { rate: 20, burst: 100 };

const connection: Connection = {
  connectionId: 'c',
  address: '',
  lastActiveAt: 0,
  rateLimit,
  theoreticalArrivalTime: 0,
  member: { name: 'columbia', displayName: 'Columbia', accountId: '1' },
};
const guest: Connection = { ...connection, member: undefined };

/** A connection's item, and what the room does with it for each command, in one of several Lambda environments. */
class Speaker {
  theoreticalArrivalTime = 0;
  written = 0;
  readonly environments: RateLimiters[];
  readonly connection: Connection;

  constructor(environments: number, of = connection) {
    this.connection = of;
    this.environments = Array.from({ length: environments }, () => new RateLimiters());
  }

  /** The seconds to wait; 0 for a command that was let through. */
  say(environment: number, now: number, tokens = 1): number {
    const rateLimiters = this.environments[environment] as RateLimiters;
    const remembered = rateLimiters.remembered('c', now);
    if (remembered > 0) return remembered;
    const read = { ...this.connection, theoreticalArrivalTime: this.theoreticalArrivalTime };
    const wait = rateLimiters.take(read, now, tokens);
    if (wait === 0 && rateLimiters.isDue(read)) {
      this.theoreticalArrivalTime = Math.max(this.theoreticalArrivalTime, now) + rateLimiters.settle(read);
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

test('a clock that goes back by an hour refuses nobody for an hour', () => {
  const speaker = new Speaker(1);
  for (let i = 0; i < 500; i += 1) speaker.say(0, 10_000_000);
  expect(speaker.say(0, 10_000_000)).toBe(1);
  expect(speaker.say(0, 10_000_000 - 3_600_000)).toBeLessThanOrEqual(1);
  expect(speaker.say(0, 10_000_000 - 3_598_000)).toBe(0);
});

test('a normal user never waits, and adds no writes', () => {
  const speaker = new Speaker(1);
  for (let minute = 0; minute < 100; minute += 1) {
    // Ten commands in a breath; the item, which is written every few seconds anyway, takes them along.
    for (let i = 0; i < 10; i += 1) expect(speaker.say(0, 1_000_000 + minute * 60_000)).toBe(0);
    for (const rateLimiters of speaker.environments) rateLimiters.settle(connection);
  }
  expect(speaker.written).toBe(0);
});

test.each([
  // Each environment knows a share of a burst that the others do not: a tenth of a member's, half of a guest's.
  { of: connection, who: 'a member', share: 1 / 10 },
  { of: guest, who: 'a guest', share: 1 / 2 },
])(
  'a flood of $who gets through no faster than its rate limit, however many environments it keeps busy',
  ({ of, share }) => {
    const { rate, burst } = of.member ? rateLimit : guestLimit(rateLimit);
    const flood = fc.record({
      environments: fc.integer({ min: 1, max: 20 }),
      perSecond: fc.integer({ min: 30, max: 2_000 }),
      seconds: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(flood, ({ environments, perSecond, seconds }) => {
        const speaker = new Speaker(environments, of);
        let through = 0;
        for (let i = 0; i < perSecond * seconds; i += 1) {
          if (speaker.say(i % environments, 1_000_000 + (i * 1000) / perSecond) === 0) through += 1;
        }
        const unknown = environments * (burst * share + 1);
        expect(through).toBeLessThanOrEqual(burst + rate * seconds + unknown);
        expect(through).toBeGreaterThanOrEqual(Math.min(perSecond * seconds, burst));
      }),
      { numRuns: 60 },
    );
  },
);

test('a frame takes as many tokens as it weighs', () => {
  const speaker = new Speaker(1);
  for (let i = 0; i < rateLimit.burst / 5; i += 1) expect(speaker.say(0, 1_000_000, 5)).toBe(0);
  expect(speaker.say(0, 1_000_000)).toBe(1);
});

test('a guest may send less than a member, and its tokens do not count after the login', () => {
  const rateLimiters = new RateLimiters();
  const { burst } = guestLimit(rateLimit);
  for (let i = 0; i < burst; i += 1) expect(rateLimiters.take(guest, 1_000_000)).toBe(0);
  expect(rateLimiters.take(guest, 1_000_000)).toBeGreaterThan(0);
  expect(rateLimiters.isMember('c')).toBe(false);
  for (let i = 0; i < rateLimit.burst; i += 1) expect(rateLimiters.take(connection, 1_000_000)).toBe(0);
  expect(rateLimiters.isMember('c')).toBe(true);
});

test.each([
  ['member', connection, rateLimit, mostRefused],
  ['guest', guest, guestLimit(rateLimit), mostRefusedOfGuests],
] as const)(
  'a %s floods if it is refused so many times more often than it is accepted',
  (_, sender, { rate }, most) => {
    const rateLimiters = new RateLimiters();
    let [refused, accepted] = [0, 0];
    for (let frame = 0; !rateLimiters.isFlooding('c') && frame < 10_000; frame += 1) {
      // Twice as many frames as are accepted in the long run.
      const now = 1_000_000 + (frame * 1000) / (2 * rate);
      const wait =
        rateLimiters.remembered('c', now) || rateLimiters.take({ ...sender, theoreticalArrivalTime: 0 }, now);
      if (wait > 0) refused += 1;
      else accepted += 1;
    }
    expect(refused).toBeGreaterThanOrEqual(most);
    expect(refused).toBeLessThanOrEqual(most + accepted);
    expect(rateLimiters.isFlooding('another')).toBe(false);
  },
);
