import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openRoom } from '../harness/room.ts';

test('the gateway throttles a flood on a route that hashes passwords, and the room still serves other users', async () => {
  const room = await openRoom({ throttling: true });
  onTestFinished(() => room.close());
  const flooder = new WebSocket(room.url);
  await once(flooder, 'open');
  const frames: Record<string, unknown>[] = [];
  flooder.on('message', (data) => frames.push(JSON.parse(data.toString())));
  const sent = 200;
  for (let i = 0; i < sent; i += 1) {
    flooder.send(JSON.stringify({ action: 'register', user: 'not a name', password: 'x' }));
  }
  await expect.poll(() => frames.length).toBe(sent);
  const throttled = frames.filter(({ message }) => message === 'Too Many Requests');
  expect(throttled.length).toBeGreaterThan(0);
  // The burst that cdk.json allows is served.
  expect(sent - throttled.length).toBeGreaterThanOrEqual(50);
  // Other routes have their own buckets, and this one refills.
  const client = await room.connect();
  expect(await client.refused('login', { user: 'nobody', password: 'wastingtime' })).toMatchObject({
    code: 'no-such-user',
  });
  // A registration every five seconds.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await client.get('register', { user: 'somebody', password: 'wastingtime' })).toMatchObject({
    user: 'somebody',
  });
  flooder.close();
});
