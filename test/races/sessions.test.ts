import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { DynamoDbCall } from '../../local/faults.ts';
import { attendance, correctionsIn, countIsExact } from '../harness/invariants.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { raceRoom, rounds, timeout } from '../harness/rounds.ts';
import { type Tables, tablesOf } from '../harness/tables.ts';

let room: SceneRoom;
let tables: Tables;
let corrections: readonly string[];
beforeAll(async () => {
  room = await openRoom(raceRoom);
  tables = tablesOf(room.local);
  corrections = correctionsIn(room.local);
  await room.register('racer', 'rival1', 'rival2');
});
afterEach(() => {
  room.local.faults.reset();
  expect(corrections).toEqual([]);
});
afterAll(() => room.close());

/** A delay of zero to some milliseconds, different in each round, so that the rounds interleave differently. */
const stagger = (round: number) => sleep((round * 7) % 11);

const loginOf = async (user: string): Promise<{ client: RawClient; token: string }> => {
  const client = await room.connect();
  const { token } = await client.get('login', { user, password });
  return { client, token };
};

const touches = (name: string, operation: string) => (call: DynamoDbCall) =>
  call.function.startsWith(name) &&
  call.operation === operation &&
  call.tables.some((table) => table.startsWith('Presence'));

/** Holds the first matching call until it is released. */
function hold(fits: (call: DynamoDbCall) => boolean) {
  const [reached, released] = [deferred<void>(), deferred<undefined>()];
  room.local.faults.beforeDynamoDb = (call) => {
    if (!fits(call)) return undefined;
    room.local.faults.beforeDynamoDb = undefined;
    reached.resolve();
    return released.promise;
  };
  return { reached: reached.promise, release: () => released.resolve(undefined) };
}

/** Resolves when the next invocation of a function ends. */
function ended(name: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = room.local.calls.subscribe((entry) => {
      if (entry.kind !== 'invocation' || !entry.function.startsWith(name)) return;
      stop();
      resolve();
    });
  });
}

const nobodyLeft = () => expect.poll(() => attendance(tables), { interval: 4 }).toEqual({ online: 0, present: [] });

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

describe('a session that moves on while its old connection ends stays:', () => {
  test.each([
    ['the connection is lost, and the session is about to be detached', 'kill', 'UpdateItem'],
    ['the connection is closed, and the session is about to be read', 'close', 'GetItem'],
    ['the connection is closed, and the session is about to be ended', 'close', 'TransactWriteItems'],
  ] as const)('%s', async (_, how, operation) => {
    const { client, token } = await loginOf('racer');
    const next = await room.connect();
    const held = hold(touches('Connection', operation));
    await client[how]();
    await held.reached;
    const over = ended('Connection');
    await next.get('resume', { user: 'racer', token });
    held.release();
    await over;
    expect(await countIsExact(tables)).toEqual(['racer']);
    expect(await detachedAt()).toBeUndefined();
    await next.get('logout', {});
    await nobodyLeft();
  });
});

test('a login whose connection is lost before it commits begins no session', async () => {
  const client = await room.connect();
  const held = hold(touches('Account', 'TransactWriteItems'));
  const refused = ended('Account');
  client.say('login', { user: 'racer', password });
  await held.reached;
  const lost = ended('Connection');
  await client.kill();
  await lost;
  held.release();
  await refused;
  expect(await countIsExact(tables)).toEqual([]);
});

test.each(['resume', 'login'] as const)(
  'a connection whose session has moved on by a %s is not logged in',
  async (how) => {
    const { client, token } = await loginOf('racer');
    const next = await room.connect();
    const reached = deferred<void>();
    const refused = deferred<undefined>();
    room.local.faults.beforePost = ({ data }) => {
      if (!data.includes('"replaced"')) return undefined;
      reached.resolve();
      return refused.promise;
    };
    const moving =
      how === 'resume'
        ? next.get('resume', { user: 'racer', token })
        : next.get('login', { user: 'racer', password, takeOver: true });
    await reached.promise;
    expect(await client.refused('whoelse', {})).toMatchObject({ code: 'not-logged-in' });
    refused.resolve(undefined);
    await moving;
    await next.get('logout', {});
    await nobodyLeft();
  },
);

test('of two clients that resume with one token and keep it, one gets the session', async () => {
  const { token } = await loginOf('racer');
  const [slow, fast] = [await room.connect(), await room.connect()];
  const held = hold(touches('Account', 'TransactWriteItems'));
  const late = slow.refused('resume', { user: 'racer', token, newToken: token });
  await held.reached;
  await fast.get('resume', { user: 'racer', token, newToken: token });
  held.release();
  expect(await late).toMatchObject({ code: 'bad-token' });
  expect(await countIsExact(tables)).toEqual(['racer']);
  await fast.get('logout', {});
  await nobodyLeft();
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
