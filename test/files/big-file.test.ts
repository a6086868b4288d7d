import { expect, test } from 'vitest';
import { playBigFile } from './big-file.ts';

test('a client that was killed halfway through a large download resumes it there, and the file is complete', async () => {
  const { problems, kept, broughtAfterwards, size } = await playBigFile(16 * 1024 ** 2);
  expect(problems).toEqual([]);
  expect(kept).toBeGreaterThan(0);
  expect(broughtAfterwards).toBe(size - kept);
});
