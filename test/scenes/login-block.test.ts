import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
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

describe('wrong passwords', () => {
  test('are counted down, and the third is answered with the block', async () => {
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

  test('block only that name, and only from that address', async () => {
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

  test('also count for deregister', async () => {
    await room.register('windows');
    const client = await room.connect();
    await guess(client, 'windows', 2);
    expect(await client.refused('deregister', { user: 'windows', password: 'a guess' })).toMatchObject({
      code: 'login-blocked',
    });
    expect(await client.refused('deregister', { user: 'windows', password })).toMatchObject({ code: 'login-blocked' });
    await client.close();
  });

  test('are reset by a right one', async () => {
    await room.register('wikipedia');
    const client = await room.connect();
    await guess(client, 'wikipedia', 2);
    await client.get('login', { user: 'wikipedia', password });
    await client.get('logout', {});
    const next = await room.connect();
    expect(await next.refused('login', { user: 'wikipedia', password: 'x' })).toMatchObject({ triesLeft: 2 });
    await next.close();
  });

  test('the block ends after BLOCK_TIME, and there are three tries again', async () => {
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

  test('of ten parallel ones, no more than three are answered as tries', async () => {
    await room.register('hasty');
    const client = await room.connect();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => client.refused('login', { user: 'hasty', password: 'a guess' })),
    );
    expect(replies.filter(({ code }) => code === 'wrong-password').map((one) => one['triesLeft'])).toHaveLength(2);
    expect(replies.filter(({ code }) => code === 'login-blocked')).toHaveLength(8);
    await client.close();
  });

  test('count together over several connections', async () => {
    await room.register('csee4119');
    const codes: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      const client = await room.connect();
      const { code, triesLeft } = await client.refused('login', { user: 'csee4119', password: 'a guess' });
      codes.push(triesLeft ?? code);
      await client.close();
    }
    expect(codes).toEqual([2, 1, 'login-blocked']);
  });
});

describe('a right password', () => {
  test('among twelve parallel guesses with an invalid new password gets the same answer, and costs no try', async () => {
    await room.register('guarded');
    const client = await room.connect();
    const secrets = Array.from({ length: 12 }, (_, i) => (i === 7 ? password : `guess ${i}`));
    const refusals = await Promise.all(
      secrets.map((secret) => client.refused('login', { user: 'guarded', password: secret, newPassword: 'x' })),
    );
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['invalid-password']));
    expect(await client.refused('login', { user: 'guarded', password: 'a guess' })).toMatchObject({ triesLeft: 2 });
    await client.close();
  });

  test('for one login is not told apart once the name is blocked, even if its try began before', async () => {
    await room.register('newcomer');
    const { password: once } = (await room.admin({ command: 'reset-password', user: 'newcomer' })) as {
      password: string;
    };
    const [early, late] = [await room.connect(), await room.connect()];
    const hasStarted = deferred<void>();
    const go = deferred<undefined>();
    let held = false;
    onTestFinished(() => room.local.faults.reset());
    room.local.faults.beforeDynamoDb = ({ operation, trigger, input }) => {
      // The try has read that there is no block. Its look at the account is held.
      if (held || operation !== 'GetItem' || trigger?.detail !== 'login') return undefined;
      if (!JSON.stringify(input).includes('Users')) return undefined;
      held = true;
      hasStarted.resolve();
      return go.promise;
    };
    const right = early.refused('login', { user: 'newcomer', password: once });
    await hasStarted.promise;
    await guess(late, 'newcomer', 3);
    go.resolve(undefined);
    expect(await right).toMatchObject({ code: 'login-blocked' });
    await Promise.all([early, late].map((one) => one.close()));
  });

  test('costs no try if the user is already online', async () => {
    const user = await room.enter('present');
    const second = await room.connect();
    for (let i = 0; i < 4; i += 1) {
      const refusal = await second.refused('login', { user: 'present', password });
      expect(refusal).toMatchObject({ code: 'already-online' });
    }
    expect(await second.refused('login', { user: 'present', password: 'a guess' })).toMatchObject({ triesLeft: 2 });
    await Promise.all([user, second].map((one) => one.close()));
  });
});

describe('blocks in a row', () => {
  test('double if each begins within a day of the previous one', async () => {
    await room.register('stubborn');
    await room.change('blockTime', 1);
    const client = await room.connect();
    for (const seconds of [1, 2, 4]) {
      // The first try after a block.
      await expect
        .poll(async () => (await client.ask('login', { user: 'stubborn', password: 'a guess' })).error?.code, {
          interval: 100,
        })
        .toBe('wrong-password');
      await client.refused('login', { user: 'stubborn', password: 'a guess' });
      expect(await client.refused('login', { user: 'stubborn', password: 'a guess' })).toMatchObject({
        code: 'login-blocked',
        secondsLeft: seconds,
      });
    }
    await room.change('blockTime', 60);
    await client.close();
  });
});

describe('guesses from many addresses at one name', () => {
  test('are blocked after fifty, while the user logs in from a known address', async () => {
    await room.register('Harvard');
    for (let i = 0; i < 17; i += 1) {
      const stranger = await room.connect(`127.0.1.${i + 1}`);
      await guess(stranger, 'Harvard', 3);
      await stranger.close();
    }
    const away = await room.connect('127.0.1.99');
    const blocked = await away.refused('login', { user: 'Harvard', password });
    expect(blocked).toMatchObject({ code: 'login-blocked' });
    expect(blocked['secondsLeft']).toBeGreaterThan(3000);
    const home = await room.connect();
    await home.get('login', { user: 'Harvard', password });
    await home.get('logout', {});
    // The administrator sees the block, and lifts it.
    const { users } = (await room.admin({ command: 'blocked-users' })) as { users: object[] };
    expect(users).toContainEqual(expect.objectContaining({ user: 'Harvard', address: '*' }));
    await room.admin({ command: 'unblock', user: 'Harvard', address: '*' });
    await away.get('login', { user: 'Harvard', password });
    await away.close();
  });
});

describe('guesses from one address at many names', () => {
  test('are blocked after two hundred; names that are known there still log in', async () => {
    const address = '127.0.2.1';
    await room.register('near', 'far');
    const office = await room.connect(address);
    await office.get('login', { user: 'near', password });
    await office.get('logout', {});
    await room.database.putAll('LoginBlocks', [
      { name: '*', address, since: Date.now(), guesses: 199, blockedUntil: 0, expiresAt: Date.now() / 1000 + 3600 },
    ]);
    const stranger = await room.connect(address);
    expect(await stranger.refused('login', { user: 'far', password: 'a guess' })).toMatchObject({ triesLeft: 2 });
    expect(await stranger.refused('login', { user: 'far', password })).toMatchObject({ code: 'login-blocked' });
    const known = await room.connect(address);
    await known.get('login', { user: 'near', password });
    await known.close();
    await room.admin({ command: 'unblock', user: '*', address });
    await stranger.get('login', { user: 'far', password });
    await stranger.close();
  });
});

describe('hashing', () => {
  test('a blocked login hashes nothing; the next login upgrades a cheap hash', async () => {
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
    // A hash with N=2^16 takes a quarter of a second. A blocked login is only a few reads.
    const hashed = millis.slice(0, 3);
    const blocked = millis.slice(3);
    expect(blocked).toHaveLength(3);
    expect(Math.min(...blocked)).toBeLessThan(Math.min(...hashed) / 2);
    await next.close();
    await dear.close();
    await rm(dataDir, { recursive: true, force: true });
  });
});
