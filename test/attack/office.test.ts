import { expect, test } from 'vitest';
import { office } from './office.ts';

test('ten people behind one address get in at once, and again after a stop, while another address attacks', {
  timeout: 120_000,
}, async () => {
  const { problems, answered } = await office({ people: 10, attackers: 5 });
  expect(problems).toEqual([]);
  expect(answered).toBeGreaterThan(0);
});
