import { expect, test } from 'vitest';
import { kills } from './kills.ts';

test('a killed room leaves no process, and starts again with every acknowledged message', async () => {
  const { problems, starts } = await kills({ rounds: 3, seed: 1 });
  expect(problems).toEqual([]);
  expect(starts).toBe(3);
});
