import { expect, test } from 'vitest';
import { most, office } from './office.ts';

test('ten people who connect together from one address get in, and again after a stop, while another address attacks', {
  timeout: 3 * most.attacked * 1000,
}, async () => {
  // More than the room lets send 25 logins each, before it locks their address out.
  const { answered } = await office({ people: 10, attackers: 12 });
  expect(answered).toBeGreaterThan(0);
});
