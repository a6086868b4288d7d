import { expect, test } from 'vitest';
import { marathon } from './marathon.ts';

test('a conversation continues across a two-hour limit and two idle limits, and no user notices them', {
  timeout: 300_000,
}, async () => {
  const minutes = 60_000;
  // Hand over and send keep-alives earlier than by default, so that a busy machine has five seconds for a keep-alive.
  const timing = { handover: 90 * minutes, handoverJitter: 5 * minutes, keepAlive: 5 * minutes };
  const report = await marathon({ hours: 2.1, speed: 60, every: 60_000, timing });
  expect(report.problems).toEqual([]);
  expect(report.seconds).toBeGreaterThanOrEqual(2.1 * 3600);
  expect(report.connections).toBeGreaterThanOrEqual(4);
  expect(report.said).toBeGreaterThan(10);
});
