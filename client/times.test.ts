import { afterEach, expect, test, vi } from 'vitest';
import { localMoment, localTime } from './times.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test.each([
  // The clocks go back at 03:00 CEST, which is 01:00 UTC.
  ['Europe/Berlin', '2026-10-25T00:59:59Z', '02:59:59'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', '02:00:00'],
  ['Europe/Berlin', '2026-10-25T02:00:00Z', '03:00:00'],
  // They go forward at 02:00 CET, which is the same time of UTC.
  ['Europe/Berlin', '2026-03-29T00:59:59Z', '01:59:59'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', '03:00:00'],
  // Half an hour, in the south.
  ['Australia/Lord_Howe', '2026-04-04T14:59:59Z', '01:59:59'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '01:30:00'],
])('in %s, the moment %s is shown as %s', (zone, at, time) => {
  vi.stubEnv('TZ', zone);
  expect(localTime(new Date(at))).toBe(time);
});

test('a message of the day before has its date, also on the day when the clocks change', () => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  vi.useFakeTimers({ now: new Date('2026-10-25T22:30:00Z'), toFake: ['Date'] });
  // The day has 25 hours: this was today.
  expect(localMoment(new Date('2026-10-24T22:05:00Z'))).toBe('00:05');
  expect(localMoment(new Date('2026-10-24T21:55:00Z'))).toBe('2026-10-24 23:55');
});
