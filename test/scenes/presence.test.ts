import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { limits } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let watcher: RawClient;
beforeAll(async () => {
  room = await openRoom();
  await room.register('leaver');
  watcher = await room.enter('watcher');
});
afterAll(() => room.close());

const enter = async (user: string) => {
  const client = await room.enter(user);
  await watcher.event('login', { user });
  return client;
};

const users = async (action: 'whoelse' | 'wholasthr', client = watcher) => (await client.get(action, {})).users;

describe('the other users get one event with the reason of each logout:', () => {
  test('logout', async () => {
    const client = await enter('leaver');
    await client.get('logout', {});
    expect(await watcher.event('logout', { user: 'leaver' })).toMatchObject({ reason: 'logout' });
  });

  test.each([1000, 1005])('a client that closes with %d has logged out', async (code) => {
    const client = await enter('leaver');
    if (code === 1005) client.socket.close();
    else client.socket.close(code);
    await client.closed;
    expect(await watcher.event('logout', { user: 'leaver' })).toMatchObject({ reason: 'logout' });
  });

  test('kicked: the kicked user gets the reason and is disconnected', async () => {
    const client = await enter('leaver');
    await room.admin({ command: 'kick', user: 'LEAVER', reason: 'shouting' });
    expect(await client.event('kicked')).toEqual({ type: 'event', event: 'kicked', reason: 'shouting' });
    expect((await client.closed).code).toBe(1000);
    expect(await watcher.event('logout', { user: 'leaver' })).toMatchObject({ reason: 'kicked' });
    expect(await room.admin({ command: 'kick', user: 'leaver' })).toMatchObject({
      ok: false,
      error: { code: 'not-online' },
    });
  });

  test.each([
    ['a lost connection', (client: RawClient) => client.kill()],
    ['a page that was left', (client: RawClient) => client.socket.close(1001)],
  ])('lost, after %s: after the grace period, not before', async (_, end) => {
    const client = await enter('leaver');
    // Only the run that waits for the end of the grace period can end the session.
    room.local.faults.beforeDynamoDb = ({ function: name, trigger }) =>
      name.startsWith('Sweeper') && trigger?.source === 'schedule' ? 'before' : undefined;
    onTestFinished(() => room.local.faults.reset());
    const lostAt = room.local.clock.now();
    await end(client);
    const notice = watcher.event('logout', { user: 'leaver' });
    await expect.poll(async () => (await room.database.presence()).map((one) => 'detachedAt' in one)).toContain(true);
    room.local.clock.forward(20_000);
    expect(await users('whoelse')).toEqual(['leaver']);
    room.local.clock.forward(10_000);
    expect(await notice).toMatchObject({ reason: 'lost' });
    expect(room.local.clock.now() - lostAt).toBeGreaterThanOrEqual(30_000);
    expect(await users('whoelse')).toEqual([]);
  });

  test('no user got an event twice, or about themselves', async () => {
    expect(watcher.events('logout')).toHaveLength(6);
    expect(watcher.events('login')).toHaveLength(6);
    expect([...watcher.events('login'), ...watcher.events('logout')].map((one) => one['user'])).not.toContain(
      'watcher',
    );
  });
});

describe('the lists of users', () => {
  test('whoelse lists the other users in their registered spelling, sorted, without the caller', async () => {
    const others = await Promise.all(['zoe', 'Adam', 'user10', 'user9', 'bea'].map((user) => room.enter(user)));
    const listed = await watcher.get('whoelse', {});
    expect(listed).toMatchObject({ users: ['Adam', 'bea', 'user9', 'user10', 'zoe'], total: 5 });
    expect(await users('whoelse', others[0])).toEqual(['Adam', 'bea', 'user9', 'user10', 'watcher']);
    await Promise.all(others.map((client) => client.get('logout', {})));
  });

  test('wholasthr lists users online now or within LAST_HOUR, each once, without the caller', async () => {
    await room.change('lastHour', 3600);
    await (await room.enter('gone')).get('logout', {});
    const back = await room.enter('back');
    await back.get('logout', {});
    const again = await room.enter('back');
    const listed = await users('wholasthr');
    expect(listed.filter((user) => user === 'back')).toHaveLength(1);
    expect(listed).toContain('gone');
    expect(listed).not.toContain('watcher');
    expect(await users('wholasthr', again)).toContain('watcher');
    expect(await users('wholasthr', again)).not.toContain('back');
    await again.get('logout', {});
  });

  test('a change of LAST_HOUR takes effect at once, also for users who left long ago', async () => {
    const client = await room.connect();
    await client.get('login', { user: 'leaver', password });
    await client.get('logout', {});
    await room.change('lastHour', 10);
    room.local.clock.forward(10_000);
    expect(await users('wholasthr')).not.toContain('leaver');
    await room.local.runSchedule();
    await room.change('lastHour', 3600);
    expect(await users('wholasthr')).toContain('leaver');
  });
});

test('a list that exceeds one frame contains as many names as fit, and the total', async () => {
  const crowded = await openRoom();
  onTestFinished(() => crowded.close());
  const client = await crowded.enter('watcher');
  const names = Array.from({ length: 4_000 }, (_, i) => `somebody-with-a-very-long-name-${i}`.slice(-32));
  const now = Date.now();
  const present = names.map((name) => ({
    ...{ shard: 0, name, displayName: name, accountId: name, connectionId: name, address: '127.0.0.1' },
    ...{ since: now, activeSince: now },
  }));
  await crowded.database.putAll('Presence', present);
  const inOrder = names.toSorted(new Intl.Collator('en', { numeric: true }).compare);
  for (const action of ['whoelse', 'wholasthr'] as const) {
    const reply = await client.get(action, {});
    const users = reply.users;
    expect(reply.total).toBe(names.length);
    expect(users.length).toBeGreaterThan(3_500);
    expect(users).toEqual(inOrder.slice(0, users.length));
    expect(Buffer.byteLength(JSON.stringify(reply))).toBeLessThanOrEqual(limits.frameBytes);
  }
});
