import { expect, test } from 'vitest';
import { attack } from './attack.ts';

test('an attack by one address is played and measured, while two users talk', async () => {
  const { ratio, frames, connections } = await attack({ seconds: 2 });
  // How slow a busy machine makes it is for `npm run prove -- attack` to judge.
  expect(ratio).toBeGreaterThan(0);
  expect(connections).toBeGreaterThanOrEqual(20);
  expect(frames).toBeGreaterThanOrEqual(20);
});
