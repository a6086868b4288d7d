import { expect, test } from 'vitest';
import { cuts } from './cuts.ts';

const rounds = 6;

test('a network cut in the middle of a burst loses no message and duplicates none', { timeout: 180_000 }, async () => {
  const report = await cuts({ rounds, seconds: [1, 60], speed: 20, seed: 1 });
  expect(report.problems).toEqual([]);
  expect(report.said).toBe(rounds * 2 * 18);
  // Each round has twelve messages, each shown to one user, and six broadcasts, each shown to both.
  expect(report.shown).toBe(rounds * 2 * (12 + 2 * 6));
  expect(report.losses).toBeGreaterThan(0);
});
