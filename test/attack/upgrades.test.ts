import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../client/room/index.ts';
import { openRoom, password } from '../harness/room.ts';
import { Upgrades } from './upgrades.ts';

test('members get in while one address uses up the throttle of $connect', async () => {
  const room = await openRoom({ floodLimit: true, throttling: true });
  onTestFinished(() => room.close());
  const users = ['facebook', 'Columbia', 'Google'];
  await room.register(...users);
  // A refusal is cheap, so that the burst is used up soon.
  await room.change('connectsPerAddress', 10);
  const attacker = new Upgrades(room.url, '127.0.0.2');
  onTestFinished(() => attacker.end());
  await attacker.burst(550);
  attacker.start(400);
  await Promise.all(
    users.map(async (user) => {
      const member = await connect({ url: room.url, timing: { backoff: 10, maxBackoff: 400 } });
      await member.login(user, password);
      await member.leave();
    }),
  );
  expect(attacker.answers.get(429)).toBeGreaterThan(attacker.answers.get(101) ?? 0);
});
