import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

async function guess(client: RawClient, user: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await client.refused('login', { user, password: `guess ${i}` });
}

describe('wrong passwords over one connection', () => {
  test('are counted down, and the third is answered with the block itself', async () => {
    await room.register('Google');
    const client = await room.connect();
    const wrong = { user: 'Google', password: 'a guess' };
    expect(await client.refused('login', wrong)).toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    expect(await client.refused('login', { ...wrong, user: 'GOOGLE' })).toMatchObject({
      code: 'wrong-password',
      triesLeft: 1,
    });
    const blocked = await client.refused('login', wrong);
    expect(blocked).toMatchObject({ code: 'login-blocked' });
    expect(blocked['secondsLeft']).toBeGreaterThan(55);
    expect(blocked['secondsLeft']).toBeLessThanOrEqual(60);
    expect(await client.refused('login', { user: 'Google', password })).toMatchObject({ code: 'login-blocked' });
    await client.close();
  });

  test('block that name, not others, and from that address, not from others', async () => {
    await room.register('SEAS', 'network');
    const client = await room.connect();
    await guess(client, 'SEAS', 3);
    await client.get('login', { user: 'network', password });
    const sameAddress = await room.connect();
    expect(await sameAddress.refused('login', { user: 'SEAS', password })).toMatchObject({ code: 'login-blocked' });
    const elsewhere = await room.connect('127.0.0.2');
    await elsewhere.get('login', { user: 'SEAS', password });
    // Logging in elsewhere does not lift the block.
    await elsewhere.get('logout', {});
    expect(await sameAddress.refused('login', { user: 'SEAS', password })).toMatchObject({ code: 'login-blocked' });
    await Promise.all([client, sameAddress].map((one) => one.close()));
  });

  test('count at deregistering too', async () => {
    await room.register('windows');
    const client = await room.connect();
    await guess(client, 'windows', 2);
    expect(await client.refused('deregister', { user: 'windows', password: 'a guess' })).toMatchObject({
      code: 'login-blocked',
    });
    expect(await client.refused('deregister', { user: 'windows', password })).toMatchObject({ code: 'login-blocked' });
    await client.close();
  });

  test('are forgotten once the right one came', async () => {
    await room.register('wikipedia');
    const client = await room.connect();
    await guess(client, 'wikipedia', 2);
    await client.get('login', { user: 'wikipedia', password });
    await client.get('logout', {});
    const next = await room.connect();
    expect(await next.refused('login', { user: 'wikipedia', password: 'x' })).toMatchObject({ triesLeft: 2 });
    await next.close();
  });

  test('BLOCK_TIME ends the block, and three tries are given again', async () => {
    await room.register('foobar');
    await room.change('blockTime', 1);
    const client = await room.connect();
    await guess(client, 'foobar', 3);
    await expect
      .poll(async () => (await client.ask('login', { user: 'foobar', password: 'a guess' })).error, { interval: 100 })
      .toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    await room.change('blockTime', 60);
    await client.get('login', { user: 'foobar', password });
    await client.close();
  });

  test('of ten at once, no more are answered as tries than there are', async () => {
    await room.register('hasty');
    const client = await room.connect();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => client.refused('login', { user: 'hasty', password: 'a guess' })),
    );
    expect(replies.filter(({ code }) => code === 'wrong-password').map((one) => one['triesLeft'])).toHaveLength(2);
    expect(replies.filter(({ code }) => code === 'login-blocked')).toHaveLength(8);
    await client.close();
  });
});

describe('wrong passwords across connections', () => {
  test('the ninth within the hour blocks', async () => {
    await room.register('csee4119');
    for (let i = 0; i < 4; i += 1) {
      const client = await room.connect();
      await guess(client, 'csee4119', 2);
      await client.close();
    }
    const last = await room.connect();
    expect(await last.refused('login', { user: 'csee4119', password: 'a guess' })).toMatchObject({
      code: 'login-blocked',
    });
    expect(await last.refused('login', { user: 'csee4119', password })).toMatchObject({ code: 'login-blocked' });
    await last.close();
  });
});

describe('hashing', () => {
  test('a blocked login costs none; a dearer hash is made at the next login', { timeout: 60_000 }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'chat-cost-'));
    const cheap = await openRoom({ dataDir });
    await cheap.register('renewed');
    expect((await cheap.database.user('renewed'))?.['passwordHash']).toMatch(/^\$scrypt\$ln=4,/);
    await cheap.close();

    const dear = await openRoom({ dataDir, passwordCost: 16 });
    const client = await dear.connect();
    await client.get('login', { user: 'renewed', password });
    expect((await dear.database.user('renewed'))?.['passwordHash']).toMatch(/^\$scrypt\$ln=16,/);
    await client.get('logout', {});

    const next = await dear.connect();
    const recording = dear.local.calls.record();
    await guess(next, 'renewed', 3);
    for (let i = 0; i < 3; i += 1) await next.refused('login', { user: 'renewed', password });
    recording.stop();
    const millis = recording.invocations
      .filter(({ trigger }) => trigger.detail === 'login')
      .map(({ start, end }) => end - start);
    // At 2^16 a hash takes a quarter of a second; all of a blocked login is a few reads.
    const hashed = millis.slice(0, 3);
    const blocked = millis.slice(3);
    expect(blocked).toHaveLength(3);
    expect(Math.min(...blocked)).toBeLessThan(Math.min(...hashed) / 2);
    await next.close();
    await dear.close();
    await rm(dataDir, { recursive: true, force: true });
  });
});
