import { afterEach, expect, test, vi } from 'vitest';
import { defaultTiming, elapsed, scaled, thisMoment } from './timing.ts';

afterEach(() => vi.restoreAllMocks());

test('time passes while the clock is set back, and while the machine sleeps', () => {
  const [wall, monotonic] = [vi.spyOn(Date, 'now'), vi.spyOn(performance, 'now')];
  wall.mockReturnValue(10_000_000);
  monotonic.mockReturnValue(5_000);
  const moment = thisMoment();
  wall.mockReturnValue(10_000_000 - 3_600_000);
  monotonic.mockReturnValue(65_000);
  expect(elapsed(moment)).toBe(60_000);
  wall.mockReturnValue(10_000_000 + 90_000);
  expect(elapsed(moment)).toBe(90_000);
});

test('on a faster clock the waits are shorter, except those that depend on the processor or on the room', () => {
  const { connect, reply, tooFast, repeat } = defaultTiming;
  expect(scaled(defaultTiming, 10)).toMatchObject({ connect, reply, tooFast, repeat: repeat / 10 });
});
