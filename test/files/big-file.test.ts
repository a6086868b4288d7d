import { expect, test } from 'vitest';
import { playBigFile } from './big-file.ts';

test('a large file is got whole by a client that was killed at its half, and goes on there', async () => {
  const { problems, kept, broughtAfterwards, size } = await playBigFile(16 * 1024 ** 2);
  expect(problems).toEqual([]);
  expect(kept).toBeGreaterThan(0);
  expect(broughtAfterwards).toBe(size - kept);
});
