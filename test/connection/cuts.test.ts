import { expect, test } from 'vitest';
import { cuts } from './cuts.ts';

const rounds = 6;

test('a network that is cut in mid-burst loses nothing and doubles nothing', { timeout: 180_000 }, async () => {
  const report = await cuts({ rounds, seconds: [1, 60], speed: 20, seed: 1 });
  expect(report.problems).toEqual([]);
  expect(report.said).toBe(rounds * 2 * 18);
  // Each of a round's twelve messages is shown to one of them, its six broadcasts to both.
  expect(report.shown).toBe(rounds * 2 * (12 + 2 * 6));
  expect(report.losses).toBeGreaterThan(0);
});
