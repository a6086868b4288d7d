import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { correctionsIn } from '../harness/invariants.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let watcher: RawClient;
beforeAll(async () => {
  room = await openRoom();
  await room.register('quitter');
  watcher = await room.enter('watcher');
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

/** Lets time pass until a promise resolves. The watcher is active meanwhile. */
async function passTime<T>(until: Promise<T>, step = 15_000): Promise<T> {
  let over = false;
  const end = until.finally(() => {
    over = true;
  });
  while (!over) {
    room.local.clock.forward(step);
    await watcher.get('whoelse', {});
  }
  return end;
}

/** A user who has just logged in, and the connection's id. */
async function enter(): Promise<{ client: RawClient; connectionId: string }> {
  // The room tells of ten logins in a row, and then of one in a minute.
  await room.database.set('Users', { name: 'quitter' }, { announcedUntil: 0 });
  const client = await room.connect();
  const connectionId = room.local.connections.at(-1)?.connectionId ?? '';
  await client.get('login', { user: 'quitter', password });
  await watcher.event('login', { user: 'quitter' });
  return { client, connectionId };
}

/** Ends connections, and waits until the room has handled this many `$disconnect` events. */
async function disconnected(times: number, work: () => Promise<unknown>): Promise<void> {
  const recording = room.local.calls.record();
  await work();
  const handled = () => recording.invocations.filter(({ trigger }) => trigger.detail === '$disconnect');
  await expect.poll(() => handled().length).toBe(times);
  recording.stop();
}

const alone = async () => {
  expect(await watcher.get('whoelse', {})).toMatchObject({ users: [], total: 0 });
  expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
};

describe('a client that disappears without a close frame', () => {
  test('before its login leaves no session', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => room.connect()));
    await disconnected(10, () => Promise.all(clients.map((client) => client.kill())));
    await alone();
  });

  test('during its login has no session after the grace period', async () => {
    const loseDuringLogin = async (after: number) => {
      const client = await room.connect();
      client.say('login', { user: 'quitter', password });
      await new Promise((resolve) => setTimeout(resolve, after));
      await client.kill();
      const next = await room.connect();
      // The user is not locked out, whether the first login committed or not.
      await expect.poll(async () => (await next.ask('login', { user: 'quitter', password })).ok).toBe(true);
      await next.get('logout', {});
    };
    for (let i = 0; i < 10; i += 1) await disconnected(2, () => loseDuringLogin(i * 3));
    await expect
      .poll(async () => {
        room.local.clock.forward(15_000);
        await watcher.get('whoelse', {});
        return room.database.counts();
      })
      .toEqual({ counted: 1, present: 1 });
  });

  test.each([
    ['comes', 1, {}],
    ['never comes', 0, { drop: 1 }],
    ['comes twice', 2, { double: 1 }],
    ['comes late', 1, { late: 1, delayMs: 300 }],
  ])('is logged out after the grace period, and counted once, when its $disconnect %s', async (_, times, fault) => {
    const { client } = await enter();
    Object.assign(room.local.faults.disconnect, fault);
    await disconnected(times, () => client.kill());
    await passTime(watcher.event('logout', { user: 'quitter', reason: 'lost' }));
    await alone();
  });

  test('a $disconnect that comes after the user has resumed has no effect', async () => {
    const { client } = await enter();
    Object.assign(room.local.faults.disconnect, { late: 1, double: 1, delayMs: 200 });
    const back = await room.connect();
    await disconnected(2, async () => {
      await client.kill();
      await back.get('login', { user: 'quitter', password });
    });
    expect(await back.get('whoelse', {})).toMatchObject({ users: ['watcher'] });
    expect(await room.database.counts()).toEqual({ counted: 2, present: 2 });
    await back.get('logout', {});
    await watcher.event('logout', { user: 'quitter', reason: 'logout' });
    await alone();
  });
});

describe('a client with a half-open connection', () => {
  test('is logged out when the gateway closes the connection', async () => {
    const { connectionId } = await enter();
    room.local.faults.halfOpen.add(connectionId);
    await passTime(watcher.event('logout', { user: 'quitter', reason: 'lost' }));
    await alone();
  });

  test('does not lock its owner out: the first login replaces it', async () => {
    const { connectionId } = await enter();
    room.local.faults.halfOpen.add(connectionId);
    const next = await room.connect();
    await passTime(next.get('login', { user: 'quitter', password }), 500);
    expect(await room.database.counts()).toEqual({ counted: 2, present: 2 });
    await next.get('logout', {});
    await watcher.event('logout', { user: 'quitter', reason: 'logout' });
    await alone();
  });
});

test('a half-open connection does not prevent its user from deregistering', async () => {
  await room.register('goner');
  const client = await room.connect();
  const { connectionId = '' } = room.local.connections.at(-1) ?? {};
  await client.get('login', { user: 'goner', password });
  room.local.faults.halfOpen.add(connectionId);
  const next = await room.connect();
  await next.get('deregister', { user: 'goner', password });
  await watcher.event('logout', { user: 'goner', reason: 'deregistered' });
  await next.close();
  await alone();
});

describe('the sweeper', () => {
  test('finds ten ghosts within two runs', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `ghost${i}`);
    const recording = room.local.calls.record();
    const ghosts = await Promise.all(names.map((user) => room.enter(user)));
    // Wait for all notices, so that no post finds the ghosts before the sweeper does.
    const notices = () => recording.invocations.filter((one) => one.function.startsWith('Notices'));
    await expect.poll(() => notices().length).toBe(names.length);
    recording.stop();
    room.local.faults.disconnect.drop = 1;
    await Promise.all(ghosts.map((client) => client.kill()));
    // Runs of the schedule would be further runs.
    room.local.faults.beforeDynamoDb = ({ function: name, trigger }) =>
      name.startsWith('Sweeper') && trigger?.source === 'schedule' ? 'before' : undefined;
    // A session counts as fresh for five seconds.
    room.local.clock.forward(5_000);
    for (let i = 0; i < 2; i += 1) await passTime(room.local.invoke('Sweeper', {}), 5_000);
    await alone();
  });

  test.each([0, 7])('corrects a count that was set to %d, and logs that', async (wrong) => {
    const corrections = correctionsIn(room.local);
    await room.database.falsifyCount(wrong);
    await room.local.runSchedule();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    await expect.poll(() => corrections).not.toEqual([]);
  });

  test('ends due sessions even if another part of the run fails', async () => {
    const { client } = await enter();
    room.local.faults.beforeDynamoDb = ({ function: name, operation, tables }) =>
      name.startsWith('Sweeper') && operation === 'UpdateItem' && tables.some((table) => table.startsWith('Room'))
        ? 'before'
        : undefined;
    await client.kill();
    await passTime(watcher.event('logout', { user: 'quitter', reason: 'lost' }));
    // The seat that could not be given back stays in doubt for a minute.
    room.local.faults.reset();
    await expect
      .poll(async () => {
        room.local.clock.forward(60_000);
        await watcher.get('whoelse', {});
        await room.local.runSchedule();
        return room.database.counts();
      })
      .toEqual({ counted: 1, present: 1 });
    await alone();
  });
});
