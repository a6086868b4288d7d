import { expect, test } from 'vitest';
import { office } from './office.ts';

test('thirty people behind one address get in at once, and again after a stop, while another address attacks', {
  timeout: 240_000,
}, async () => {
  // Twenty guests are admitted at a time.
  const { problems, answered } = await office({ people: 30, attackers: 20 });
  expect(problems).toEqual([]);
  expect(answered).toBeGreaterThan(0);
});
