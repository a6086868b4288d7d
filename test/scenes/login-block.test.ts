import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import type { Wire } from '../harness/wire.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

async function guess(wire: Wire, user: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await wire.refused('login', { user, password: `guess ${i}` });
}

describe('wrong passwords over one connection', () => {
  test('are counted down, and the third is answered with the block itself', async () => {
    await room.register('Google');
    const wire = await room.connect();
    const wrong = { user: 'Google', password: 'a guess' };
    expect(await wire.refused('login', wrong)).toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    expect(await wire.refused('login', { ...wrong, user: 'GOOGLE' })).toMatchObject({
      code: 'wrong-password',
      triesLeft: 1,
    });
    const blocked = await wire.refused('login', wrong);
    expect(blocked).toMatchObject({ code: 'login-blocked' });
    expect(blocked['secondsLeft']).toBeGreaterThan(55);
    expect(blocked['secondsLeft']).toBeLessThanOrEqual(60);
    expect(await wire.refused('login', { user: 'Google', password })).toMatchObject({ code: 'login-blocked' });
    await wire.close();
  });

  test('block that name, not others, and from that address, not from others', async () => {
    await room.register('SEAS', 'network');
    const wire = await room.connect();
    await guess(wire, 'SEAS', 3);
    await wire.get('login', { user: 'network', password });
    const sameAddress = await room.connect();
    expect(await sameAddress.refused('login', { user: 'SEAS', password })).toMatchObject({ code: 'login-blocked' });
    const elsewhere = await room.connect('127.0.0.2');
    await elsewhere.get('login', { user: 'SEAS', password });
    // Logging in elsewhere does not lift the block.
    await elsewhere.get('logout', {});
    expect(await sameAddress.refused('login', { user: 'SEAS', password })).toMatchObject({ code: 'login-blocked' });
    await Promise.all([wire, sameAddress].map((one) => one.close()));
  });

  test('count at deregistering too', async () => {
    await room.register('windows');
    const wire = await room.connect();
    await guess(wire, 'windows', 2);
    expect(await wire.refused('deregister', { user: 'windows', password: 'a guess' })).toMatchObject({
      code: 'login-blocked',
    });
    expect(await wire.refused('deregister', { user: 'windows', password })).toMatchObject({ code: 'login-blocked' });
    await wire.close();
  });

  test('are forgotten once the right one came', async () => {
    await room.register('wikipedia');
    const wire = await room.connect();
    await guess(wire, 'wikipedia', 2);
    await wire.get('login', { user: 'wikipedia', password });
    await wire.get('logout', {});
    const next = await room.connect();
    expect(await next.refused('login', { user: 'wikipedia', password: 'x' })).toMatchObject({ triesLeft: 2 });
    await next.close();
  });

  test('BLOCK_TIME ends the block, and three tries are given again', async () => {
    await room.register('foobar');
    await room.change('blockTime', 1);
    const wire = await room.connect();
    await guess(wire, 'foobar', 3);
    await expect
      .poll(async () => (await wire.ask('login', { user: 'foobar', password: 'a guess' })).error, { interval: 100 })
      .toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    await room.change('blockTime', 60);
    await wire.get('login', { user: 'foobar', password });
    await wire.close();
  });

  test('of ten at once, no more are answered as tries than there are', async () => {
    await room.register('hasty');
    const wire = await room.connect();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => wire.refused('login', { user: 'hasty', password: 'a guess' })),
    );
    expect(replies.filter(({ code }) => code === 'wrong-password').map((one) => one['triesLeft'])).toHaveLength(2);
    expect(replies.filter(({ code }) => code === 'login-blocked')).toHaveLength(8);
    await wire.close();
  });
});

describe('wrong passwords across connections', () => {
  test('the ninth within the hour blocks', async () => {
    await room.register('csee4119');
    for (let i = 0; i < 4; i += 1) {
      const wire = await room.connect();
      await guess(wire, 'csee4119', 2);
      await wire.close();
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
    const wire = await dear.connect();
    await wire.get('login', { user: 'renewed', password });
    expect((await dear.database.user('renewed'))?.['passwordHash']).toMatch(/^\$scrypt\$ln=16,/);
    await wire.get('logout', {});

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
