import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { administer } from '../harness/console.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const suspend = (user: string) => room.admin({ command: 'suspend', user });

describe('a suspended user', () => {
  test('loses the session, cannot log in, resume or deregister, and keeps the data', async () => {
    const client = await room.connect();
    await client.get('register', { user: 'Google', password });
    const { token } = await client.get('login', { user: 'Google', password });
    const friend = await room.enter('facebook');
    expect(await suspend('google')).toMatchObject({ ok: true, user: 'Google' });
    await client.event('kicked');
    await client.closed;
    expect(await friend.event('logout', { user: 'Google' })).toMatchObject({ reason: 'kicked' });
    await friend.get('message', { to: 'Google', text: 'are you back?' });

    const again = await room.connect();
    expect(await again.refused('resume', { user: 'Google', token })).toMatchObject({ code: 'kicked' });
    expect(await again.refused('login', { user: 'Google', password })).toMatchObject({ code: 'suspended' });
    expect(await again.refused('deregister', { user: 'Google', password })).toMatchObject({ code: 'suspended' });
    // Only the right password tells it.
    expect(await again.refused('login', { user: 'Google', password: 'a guess' })).toMatchObject({ triesLeft: 2 });
    expect(await room.admin({ command: 'suspended-users' })).toMatchObject({ users: [{ user: 'Google' }] });

    expect(await room.admin({ command: 'unsuspend', user: 'GOOGLE' })).toMatchObject({ user: 'Google' });
    expect(await room.admin({ command: 'unsuspend', user: 'Google' })).toMatchObject({
      error: { code: 'not-suspended' },
    });
    expect(await again.get('login', { user: 'Google', password })).toMatchObject({ unread: { inbox: 1 } });
    expect(await room.admin({ command: 'suspended-users' })).toMatchObject({ users: [] });
    await Promise.all([again, friend].map((one) => one.close()));
  });

  test('does not get in by a login that was under way', async () => {
    await room.register('SEAS');
    const client = await room.connect();
    onTestFinished(() => room.local.faults.reset());
    let isFirst = true;
    room.local.faults.beforeDynamoDb = async ({ operation, trigger }) => {
      if (!isFirst || operation !== 'TransactWriteItems' || trigger?.detail !== 'login') return undefined;
      isFirst = false;
      await suspend('SEAS');
      return undefined;
    };
    expect(await client.refused('login', { user: 'SEAS', password })).toMatchObject({ code: 'suspended' });
    expect((await room.database.presence()).map(({ name }) => name)).not.toContain('seas');
    await client.close();
  });
});

describe('a banned address', () => {
  afterEach(async () => {
    const { bans } = (await room.admin({ command: 'banned-addresses' })) as { bans: { address: string }[] };
    for (const { address } of bans) await room.admin({ command: 'unban', address });
  });

  test('loses its sessions, and is refused when it connects and when it logs in', async () => {
    await room.register('network', 'windows');
    const inside = await room.connect('127.0.3.1');
    await inside.get('login', { user: 'network', password });
    const guest = await room.connect('127.0.3.2');
    const elsewhere = await room.enter('wikipedia');
    expect(await room.admin({ command: 'ban', address: '127.0.3.9/24' })).toMatchObject({
      address: '127.0.3.0/24',
      ended: 1,
    });
    await inside.event('kicked');
    await inside.closed;
    expect(await guest.refused('login', { user: 'windows', password })).toMatchObject({ code: 'banned' });
    expect(await guest.refused('register', { user: 'newcomer', password })).toMatchObject({ code: 'banned' });
    expect(await guest.refused('resume', { user: 'network', token: 'x' })).toMatchObject({ code: 'banned' });
    await expect(room.connect('127.0.3.4')).rejects.toMatchObject({ status: 403 });
    expect((await elsewhere.get('whoelse', {})).users).toEqual([]);

    expect(await room.admin({ command: 'unban', address: '127.0.3.4' })).toMatchObject({
      error: { code: 'not-banned' },
    });
    await room.admin({ command: 'unban', address: '127.0.3.0/24' });
    const back = await room.connect('127.0.3.1');
    await back.get('login', { user: 'network', password });
    await Promise.all([back, guest, elsewhere].map((one) => one.close()));
  });

  test('is refused at the end of a login or resume that was under way', async () => {
    await room.register('pigeon');
    const from = { login: '127.0.3.7', resume: '127.0.3.8' };
    const guests = { login: await room.connect(from.login), resume: await room.connect(from.resume) };
    onTestFinished(() => room.local.faults.reset());
    const undisturbed = new Set(['login', 'resume']);
    room.local.faults.beforeDynamoDb = async ({ operation, trigger }) => {
      const command = trigger?.detail;
      if (operation !== 'TransactWriteItems' || (command !== 'login' && command !== 'resume')) return undefined;
      if (undisturbed.delete(command)) await room.admin({ command: 'ban', address: from[command] });
      return undefined;
    };
    const isOnline = async () => (await room.database.presence()).some(({ name }) => name === 'pigeon');
    expect(await guests.login.refused('login', { user: 'pigeon', password })).toMatchObject({ code: 'banned' });
    expect(await isOnline()).toBe(false);

    const elsewhere = await room.connect();
    const { token } = await elsewhere.get('login', { user: 'pigeon', password });
    expect(await guests.resume.refused('resume', { user: 'pigeon', token })).toMatchObject({ code: 'banned' });
    expect(await isOnline()).toBe(false);
    await Promise.all([...Object.values(guests), elsewhere].map((one) => one.close()));
  });

  test('is let in again when its time is over', async () => {
    await room.admin({ command: 'ban', address: '127.0.3.5', hours: 1 });
    await expect(room.connect('127.0.3.5')).rejects.toMatchObject({ status: 403 });
    await room.database.set('Room', { room: 'room' }, { bans: { '127.0.3.5/32': Date.now() - 1 } });
    await (await room.connect('127.0.3.5')).close();
    expect(await room.admin({ command: 'banned-addresses' })).toMatchObject({ bans: [] });
    // The next ban removes the old one.
    await room.admin({ command: 'ban', address: '127.0.3.6' });
    expect((await room.database.room())['bans']).toEqual({ '127.0.3.6/32': 0 });
  });

  test('is one of two hundred at most, and anything else is refused', async () => {
    const bans = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`192.0.2.${i}/32`, 0]));
    await room.database.set('Room', { room: 'room' }, { bans });
    expect(await room.admin({ command: 'ban', address: '198.51.100.1' })).toMatchObject({
      error: { code: 'too-many-bans' },
    });
    await room.database.set('Room', { room: 'room' }, { bans: {} });
    for (const address of ['', 'here', '10.0.0.0/0', '1.2.3']) {
      expect(await room.admin({ command: 'ban', address })).toMatchObject({ error: { code: 'invalid-address' } });
    }
  });
});

test('the console moderates', async () => {
  await room.register('foobar');
  const lines = async (...args: string[]) => (await administer(room, ...args)).lines;
  expect(await lines('suspend', 'foobar')).toEqual(['The user "foobar" has been suspended.']);
  expect(await lines('suspended', 'users')).toEqual(expect.arrayContaining(['[admin] Suspended users:', 'foobar']));
  expect(await lines('unsuspend', 'foobar')).toEqual(['The user "foobar" can log in again.']);
  expect(await lines('ban', '2001:db8::1')).toEqual(['2001:db8::/64 is banned. 0 sessions ended.']);
  const [timed = ''] = await lines('ban', '--hours', '2', '192.0.2.0/24');
  expect(timed).toMatch(/^192\.0\.2\.0\/24 is banned until \S+\. 0 sessions ended\.$/);
  const list = await lines('banned', 'addresses');
  expect(list).toHaveLength(3);
  expect(list).toContain('2001:db8::/64');
  expect(await lines('unban', '2001:db8::/64')).toEqual(['2001:db8::/64 is no longer banned.']);
});
