import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { attendance, countIsExact } from '../harness/invariants.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { raceRoom, rounds, timeout } from '../harness/rounds.ts';
import { type Tables, tablesOf } from '../harness/tables.ts';

let room: SceneRoom;
let tables: Tables;
beforeAll(async () => {
  room = await openRoom(raceRoom);
  tables = tablesOf(room.local);
  await room.register('racer', 'rival1', 'rival2');
});
afterEach(async () => {
  room.local.faults.reset();
});
afterAll(() => room.close());

/** A delay of zero to some milliseconds, different in each round, so that the rounds interleave differently. */
const stagger = (round: number) => sleep((round * 7) % 11);

const loginOf = async (user: string): Promise<{ client: RawClient; token: string }> => {
  const client = await room.connect();
  const { token } = await client.get('login', { user, password });
  return { client, token };
};

const nobodyLeft = () =>
  expect.poll(() => attendance(tables), { timeout: 10_000, interval: 4 }).toEqual({ online: 0, present: [] });

test('concurrent logins in a full room never exceed MaxCon', { timeout }, async () => {
  const users = ['racer', 'rival1', 'rival2'];
  for (let round = 0; round < rounds; round += 1) {
    const clients = await Promise.all(users.map(() => room.connect()));
    await room.change('maxCon', 1);
    const replies = await Promise.all(
      clients.map((client, i) => client.ask('login', { user: users[i] ?? '', password })),
    );
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'room-full')).toHaveLength(2);
    expect(await countIsExact(tables)).toHaveLength(1);
    await room.change('maxCon', 100);
    await Promise.all(clients.map((client) => client.close()));
    await nobodyLeft();
  }
});

test('a login races the logout of the same user: it is refused or granted, and the user never has two sessions', {
  timeout,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { client: first } = await loginOf('racer');
    const second = await room.connect();
    const leaving = first.get('logout', {});
    await stagger(round);
    const reply = await second.ask('login', { user: 'racer', password });
    await leaving;
    if (!reply.ok) expect(reply.error).toMatchObject({ code: 'already-online' });
    expect(await countIsExact(tables)).toEqual(reply.ok ? ['racer'] : []);
    await second.close();
    await nobodyLeft();
  }
});

test('a login races a kick: a session that exists afterwards belongs to a granted login', { timeout }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { client: first } = await loginOf('racer');
    const second = await room.connect();
    const kicking = room.kick('racer');
    await stagger(round);
    const reply = await second.ask('login', { user: 'racer', password });
    await kicking;
    await first.closed;
    const present = await countIsExact(tables);
    expect(present).toEqual(reply.ok ? ['racer'] : []);
    await second.close();
    await nobodyLeft();
  }
});

test('a login that races the loss of its connection leaves no ghost', { timeout }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const client = await room.connect();
    client.say('login', { user: 'racer', password });
    await stagger(round);
    await client.kill();
    // In every case, the user can log in at once.
    const { client: owner } = await loginOf('racer');
    expect(await countIsExact(tables)).toEqual(['racer']);
    await owner.close();
    await nobodyLeft();
  }
});

test('a login races the end of a detached session: it takes over the session or begins a new one', {
  timeout,
}, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { client: first } = await loginOf('racer');
    await first.kill();
    await expect.poll(detachedAt, { interval: 4 }).toBeDefined();
    await backdate('Presence', { shard: 0, name: 'racer' }, 'detachedAt', 60_000);
    const sweeping = room.local.runSchedule();
    await stagger(round);
    const { client: second } = await loginOf('racer');
    await sweeping;
    expect(await countIsExact(tables)).toEqual(['racer']);
    await second.close();
    await nobodyLeft();
  }
});

test('of two clients with one token exactly one resumes', { timeout }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { client, token } = await loginOf('racer');
    const rivals = await Promise.all([room.connect(), room.connect()]);
    const replies = await Promise.all(rivals.map((rival) => rival.ask('resume', { user: 'racer', token })));
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'bad-token')).toHaveLength(1);
    expect(await countIsExact(tables)).toEqual(['racer']);
    await client.closed;
    await Promise.all(rivals.map((rival) => rival.close()));
    await nobodyLeft();
  }
});

test.each([
  ['acts', 'stays'],
  ['logs out', 'has left'],
])('a user who %s at the moment of the timeout %s', { timeout }, async (how) => {
  for (let round = 0; round < rounds; round += 1) {
    const { client } = await loginOf('racer');
    let raced: Promise<unknown> | undefined;
    // Hold every sweeper just before it ends the session. A run that an earlier loss started may be active, too.
    room.local.faults.beforeDynamoDb = async ({ operation, function: name }) => {
      if (operation !== 'TransactWriteItems' || !name.startsWith('Sweeper')) return undefined;
      raced ??= how === 'acts' ? client.get('whoelse', {}) : client.get('logout', {});
      await raced;
      return undefined;
    };
    await idle('racer', 3_600_000);
    await room.local.runSchedule();
    room.local.faults.reset();
    expect(raced).toBeDefined();
    expect(await countIsExact(tables)).toEqual(how === 'acts' ? ['racer'] : []);
    expect(client.events('timeout')).toEqual([]);
    await client.close();
    await nobodyLeft();
  }
});

test('a login races a timeout: the session of a granted login exists, and no user has two', { timeout }, async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { client: first } = await loginOf('racer');
    await idle('racer', 3_600_000);
    const second = await room.connect();
    const sweeping = room.local.runSchedule();
    await stagger(round);
    const reply = await second.ask('login', { user: 'racer', password });
    await sweeping;
    if (!reply.ok) expect(reply.error).toMatchObject({ code: 'already-online' });
    await first.event('timeout');
    expect(await countIsExact(tables)).toEqual(reply.ok ? ['racer'] : []);
    await second.close();
    await nobodyLeft();
  }
});

async function detachedAt(): Promise<number | undefined> {
  return (await attendance(tables)).present.find((one) => one.name === 'racer')?.detachedAt;
}

/** Moves a time in an item into the past. */
async function backdate(table: string, key: Record<string, unknown>, field: string, ms: number): Promise<void> {
  await tables.db.send(
    new UpdateCommand({
      TableName: tables.name(table),
      Key: key,
      UpdateExpression: 'SET #field = #field - :ms',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':ms': ms },
    }),
  );
}

/** Moves a user's last activity into the past. */
async function idle(name: string, ms: number): Promise<void> {
  const { present } = await attendance(tables);
  const connectionId = present.find((one) => one.name === name)?.connectionId;
  await backdate('Connections', { connectionId }, 'lastActiveAt', ms);
  await backdate('Presence', { shard: 0, name }, 'activeSince', ms);
}
