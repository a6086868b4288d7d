import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

const rate = 2;

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom({ floodLimit: true });
  await room.change('floodRate', rate);
  await room.change('floodBurst', 20);
});
afterAll(() => room.close());

/** Sends this many commands at once, and returns the answers. */
async function flood(client: RawClient, count: number) {
  const replies = await Promise.all(Array.from({ length: count }, () => client.ask('whoelse', {})));
  const refused = replies.filter((reply) => reply.ok === false);
  for (const { error } of refused) expect(error).toMatchObject({ code: 'rate-limited' });
  return { granted: replies.length - refused.length, refused };
}

test('a flood is refused after a burst, with the time to wait; after that time commands are accepted again', async () => {
  const client = await room.enter('flooder');
  onTestFinished(async () => void (await client.close()));
  const startedAt = performance.now();
  const { granted, refused } = await flood(client, 120);
  const seconds = (performance.now() - startedAt) / 1000;
  expect(granted).toBeGreaterThanOrEqual(10);
  // Plus the unstored share of each environment, and the rate during the flood.
  expect(granted).toBeLessThan(60 + seconds * rate);
  const waits = refused.map(({ error }) => Number(error?.['retryAfter']));
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1);
  await sleep(Math.max(...waits) * 1000);
  // Other environments may have stored more use meanwhile.
  await expect.poll(async () => (await client.ask('whoelse', {})).ok, { interval: 1000 }).toBe(true);
});

test('a broadcast or a file takes as much of the limit as five other commands', async () => {
  const announcement = { to: 'other', name: 'a', size: 1, sha256: 'a'.repeat(64) };
  for (const [user, command] of [
    ['shouter', (client: RawClient) => client.ask('broadcast', { text: 'hear me' })],
    ['sender', (client: RawClient) => client.ask('file', announcement)],
  ] as const) {
    const client = await room.enter(user);
    const codes: unknown[] = [];
    const startedAt = performance.now();
    for (let i = 0; i < 10; i += 1) codes.push((await command(client)).error?.code);
    const seconds = (performance.now() - startedAt) / 1000;
    // Four for the burst, one for the unstored share of an environment, and what the rate adds meanwhile.
    expect(codes.filter((code) => code !== 'rate-limited').length, user).toBeLessThanOrEqual(6 + (seconds * rate) / 5);
    await client.close();
  }
});

test('a flood on one connection does not affect other users', async () => {
  const flooder = await room.enter('flooder2');
  const other = await room.enter('other');
  onTestFinished(async () => {
    await flooder.close();
    await other.close();
  });
  await Promise.all([flood(flooder, 60), other.get('message', { to: 'flooder2', text: 'calm down' })]);
  expect(await flooder.event('message')).toMatchObject({ text: 'calm down' });
});

test('the flood limit holds before a login, too', async () => {
  const client = await room.connect();
  onTestFinished(async () => void (await client.close()));
  const codes: unknown[] = [];
  for (let i = 0; i < 12; i += 1) {
    codes.push((await client.ask('register', { user: `many${i}`, password })).error?.code);
  }
  expect(codes).toContain('rate-limited');
});

test('heartbeats do not count towards the flood limit', async () => {
  const client = await room.enter('pinger');
  onTestFinished(async () => void (await client.close()));
  for (let i = 0; i < 100; i += 1) client.send({ action: 'ping' });
  for (let i = 0; i < 100; i += 1) await client.next((heard) => heard.type === 'pong', 'a pong');
  await client.get('whoelse', {});
});
