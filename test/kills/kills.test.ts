import { expect, test } from 'vitest';
import { kills } from './kills.ts';

test('a killed room leaves no process, and starts again with every acknowledged message', {
  timeout: 600_000,
}, async () => {
  const { problems, starts, acknowledged } = await kills({ rounds: 2, seed: 49 });
  expect(problems).toEqual([]);
  expect(starts).toBe(2);
  expect(acknowledged).toBeGreaterThan(0);
});
