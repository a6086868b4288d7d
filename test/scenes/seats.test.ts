import { setTimeout as sleep } from 'node:timers/promises';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { DynamoDbCall, Failure } from '../../local/faults.ts';
import { attendance, correctionsIn } from '../harness/invariants.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { type Tables, tablesOf } from '../harness/tables.ts';

let room: SceneRoom;
let tables: Tables;
beforeAll(async () => {
  room = await openRoom();
  tables = tablesOf(room.local);
  await room.register('one', 'two', 'three');
});
afterEach(async () => {
  room.local.faults.reset();
  await room.change('maxCon', 100);
  // Clean up after a failed test.
  for (const { name } of await room.database.presence()) await room.kick(name);
  await expect.poll(() => room.database.counts()).toEqual({ counted: 0, present: 0 });
});
afterAll(() => room.close());

const login = async (user: string): Promise<{ client: RawClient; token: string }> => {
  const client = await room.connect();
  const { token } = await client.get('login', { user, password });
  return { client, token: token as string };
};

/** Fails every call that matches, as if the function had been killed before it. */
const killBefore = (matches: (call: DynamoDbCall) => boolean, failure: Failure = 'before') => {
  room.local.faults.beforeDynamoDb = (call) => (matches(call) ? failure : undefined);
};

const expressionOf = ({ input }: DynamoDbCall) => String(input['UpdateExpression'] ?? '');
const isTransaction = ({ operation }: DynamoDbCall) => operation === 'TransactWriteItems';
const isConfirmation = (call: DynamoDbCall) => expressionOf(call) === 'REMOVE #seat';
const isTaking = (call: DynamoDbCall) => expressionOf(call).startsWith('SET #seat');
const isGivingBack = (call: DynamoDbCall) => expressionOf(call).startsWith('SET #leaving');
const isRemovalOfLeaving = ({ operation, tables: [table = ''] }: DynamoDbCall) =>
  operation === 'DeleteItem' && table.startsWith('Presence');

/** Makes marks and leavings so old that their functions count as killed. */
async function age(): Promise<void> {
  const longAgo = Date.now() - 90_000;
  const item = await room.database.room();
  const marks = Object.keys(item).filter((name) => name.startsWith('entering:'));
  if (marks.length > 0)
    await room.database.set('Room', { room: 'room' }, Object.fromEntries(marks.map((name) => [name, longAgo])));
  for (const { name } of await leavings()) await room.database.set('Presence', { shard: 1, name }, { at: longAgo });
}

async function leavings(): Promise<{ name: string }[]> {
  const { Items = [] } = await tables.db.send(
    new QueryCommand({
      TableName: tables.name('Presence'),
      KeyConditionExpression: '#shard = :shard',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': 1 },
      ConsistentRead: true,
    }),
  );
  return Items as { name: string }[];
}

const marks = async (kind: string) =>
  Object.keys(await room.database.room())
    .filter((name) => name.startsWith(kind))
    .sort();

/** Two runs of the sweeper at once, since a schedule may start a run twice. */
const sweepTwice = () => Promise.all([room.local.runSchedule(), room.local.runSchedule()]);

test('two logins over one connection into the last seat: one succeeds, the other is already logged in', async () => {
  await room.change('maxCon', 1);
  const client = await room.connect();
  // The first login commits when the second one asks for a seat, which goes on after that.
  const asked: string[] = [];
  room.local.faults.beforeDynamoDb = async (call) => {
    const isAsking = expressionOf(call).startsWith('SET #seat');
    if (isAsking) asked.push(call.function);
    if (isTransaction(call)) await expect.poll(() => asked.length).toBe(2);
    if (isAsking && asked.length === 2) await expect.poll(() => room.database.counts()).toMatchObject({ present: 1 });
    return undefined;
  };
  const login = { user: 'one', password, takeOver: true };
  const replies = await Promise.all([client.ask('login', login), client.ask('login', login)]);
  expect(replies.map((reply) => (reply.ok ? 'ok' : reply.error.code)).toSorted()).toEqual(['already-logged-in', 'ok']);
  await client.close();
});

describe('the sweeper settles the count after a function was killed during', () => {
  test('a login before its transaction', async () => {
    const client = await room.connect();
    killBefore(isTransaction);
    expect(await client.refused('login', { user: 'one', password })).toMatchObject({ code: 'internal' });
    room.local.faults.reset();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 0 });
    // Not old enough to be settled: the function may still be running.
    await sweepTwice();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 0 });
    await age();
    await sweepTwice();
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
    expect(await marks('entering:')).toEqual([]);
    await client.close();
  });

  test('a login after its transaction', async () => {
    killBefore(isConfirmation);
    const { client } = await login('one');
    room.local.faults.reset();
    expect(await marks('entering:')).toHaveLength(1);
    await age();
    await sweepTwice();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    expect(await marks('entering:')).toEqual([]);
    await client.get('logout', {});
  });

  test('a login after its transaction, whose session was taken over and ended before the sweep', async () => {
    killBefore(isConfirmation);
    const { client } = await login('one');
    room.local.faults.reset();
    await client.kill();
    const { client: owner } = await login('one');
    await age();
    await sweepTwice();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    await owner.get('logout', {});
    await sweepTwice();
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  });

  test.each([
    ['before', isGivingBack, 1],
    ['after', isRemovalOfLeaving, 0],
  ] as const)('a logout %s the count was lowered', async (_, matches, counted) => {
    const { client } = await login('one');
    killBefore(matches);
    await client.get('logout', {});
    room.local.faults.reset();
    expect(await room.database.counts()).toEqual({ counted, present: 0 });
    expect(await leavings()).toHaveLength(1);
    await age();
    await sweepTwice();
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
    expect(await leavings()).toEqual([]);
  });
});

test('a lost response does not change the count a second time', async () => {
  const lost = new Set<string>();
  const before = await marks('');
  killBefore((call) => {
    const isCount = call.operation === 'UpdateItem' && call.tables[0]?.startsWith('Room') === true;
    const expression = expressionOf(call);
    if (!isCount || lost.has(expression)) return false;
    lost.add(expression);
    return true;
  }, 'after');
  const { client } = await login('one');
  expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
  await client.get('logout', {});
  expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  // Taken, confirmed, given back, forgotten.
  expect(lost.size).toBe(4);
  expect(await marks('')).toEqual(before);
});

test('a timed-out attempt to take a seat that arrives after the login does not take it a second time', async () => {
  let late: Promise<unknown> | undefined;
  room.local.faults.beforeDynamoDb = (call) => {
    if (late || !isTaking(call)) return undefined;
    late = sleep(4_000);
    return late.then(() => undefined);
  };
  const { client } = await login('one');
  await late;
  await client.get('logout', {});
  expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  expect(await marks('entering:')).toEqual([]);
});

test('a timed-out attempt to log in that commits after the login was refused has a seat', async () => {
  const { client } = await login('one');
  const other = await room.connect();
  const isLoggedOut = deferred<void>();
  let isFirst = true;
  room.local.faults.beforeDynamoDb = async (call) => {
    if (!isFirst || !isTransaction(call)) return undefined;
    isFirst = false;
    await isLoggedOut.promise;
    return undefined;
  };
  expect(await other.refused('login', { user: 'one', password })).toMatchObject({ code: 'already-online' });
  await client.get('logout', {});
  isLoggedOut.resolve();
  await expect.poll(() => room.database.counts()).toEqual({ counted: 1, present: 1 });
});

test('two functions that end one session give its seat back once, even if the second is late', async () => {
  const { client } = await login('one');
  const { client: other } = await login('two');
  let kicking: Promise<void> | undefined;
  // The logout is held before its transaction until the kick is over.
  room.local.faults.beforeDynamoDb = async (call) => {
    if (!isTransaction(call) || call.function.startsWith('Admin')) return undefined;
    kicking ??= room.kick('one');
    await kicking;
    return undefined;
  };
  client.say('logout', {});
  await client.closed;
  expect(kicking).toBeDefined();
  await kicking;
  room.local.faults.reset();
  expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
  await other.get('logout', {});
});

test('a login in a full room waits for a seat in doubt', async () => {
  const { client: first } = await login('one');
  const waiting = await room.connect();
  await room.change('maxCon', 1);
  const waits = deferred<void>();
  const isFree = deferred<void>();
  let entering: Promise<unknown> | undefined;
  let attempts = 0;
  // The seat is given back between the first and the second attempt of the login.
  room.local.faults.beforeDynamoDb = async (call) => {
    if (isGivingBack(call) && !entering) {
      entering = waiting.get('login', { user: 'two', password });
      await waits.promise;
    } else if (isTaking(call) && ++attempts === 2) {
      waits.resolve();
      await isFree.promise;
    }
    return undefined;
  };
  await first.get('logout', {});
  isFree.resolve();
  await entering;
  expect(attempts).toBe(2);
  expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
  await waiting.get('logout', {});
});

describe('a session of an earlier version, which has no seat,', () => {
  const withoutSeat = async (user: string) => {
    const { client, token } = await login(user);
    const item = await room.database.get('Presence', { shard: 0, name: user });
    const { seat, ...earlier } = item ?? {};
    expect(seat).toEqual(expect.any(String));
    await room.database.remove('Presence', { shard: 0, name: user });
    await room.database.putAll('Presence', [earlier]);
    return { client, token };
  };

  test.each(['logout', 'kick', 'takeover', 'resume', 'stop'])('is counted once: %s', async (how) => {
    const { client, token } = await withoutSeat('one');
    const { client: other } = await withoutSeat('two');
    let last = client;
    if (how === 'kick') await room.kick('one');
    else if (how === 'takeover') {
      await client.kill();
      last = (await login('one')).client;
    } else if (how === 'resume') {
      last = await room.connect();
      await last.get('resume', { user: 'one', token });
    } else if (how === 'stop') {
      await room.admin({ command: 'stop' });
      await room.admin({ command: 'start' });
    }
    if (how !== 'kick' && how !== 'stop') await last.get('logout', {});
    if (how !== 'stop') {
      expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
      await other.get('logout', {});
    }
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  });
});

describe('a stop that races a login', () => {
  /** Stops the room just before or just after the transaction of a login or resume. */
  const stopBefore = (matches: (call: DynamoDbCall) => boolean) => {
    let stopping: Promise<unknown> | undefined;
    room.local.faults.beforeDynamoDb = async (call) => {
      if (!matches(call) || !call.function.startsWith('Account')) return undefined;
      stopping ??= room.admin({ command: 'stop' });
      await stopping;
      return undefined;
    };
  };
  afterEach(async () => {
    await room.admin({ command: 'start' });
  });

  test('leaves no session of a login', async () => {
    const client = await room.connect();
    const corrections = correctionsIn(room.local);
    stopBefore(isTransaction);
    client.say('login', { user: 'one', password });
    await client.closed;
    await expect.poll(() => attendance(tables)).toEqual({ online: 0, present: [] });
    expect(corrections).toEqual([]);
  });

  test('leaves no resumed session', async () => {
    const { client, token } = await login('one');
    await client.kill();
    const next = await room.connect();
    const corrections = correctionsIn(room.local);
    stopBefore(isTransaction);
    next.say('resume', { user: 'one', token });
    await next.closed;
    await expect.poll(() => attendance(tables)).toEqual({ online: 0, present: [] });
    expect(corrections).toEqual([]);
  });

  test.each(['login', 'resume'])('refuses a %s whose transaction meets the closed room', async (how) => {
    const { client, token } = await login('one');
    if (how === 'login') await client.get('logout', {});
    else await client.kill();
    const next = await room.connect();
    let closing: Promise<void> | undefined;
    // The room is closed, and `stop` has not listed the sessions yet.
    room.local.faults.beforeDynamoDb = async (call) => {
      if (!isTransaction(call) || !call.function.startsWith('Account')) return undefined;
      closing ??= room.database.setOpen(false);
      await closing;
      return undefined;
    };
    const refusal =
      how === 'login'
        ? await next.refused('login', { user: 'one', password })
        : await next.refused('resume', { user: 'one', token });
    expect(refusal).toMatchObject({ code: 'room-stopped' });
    expect(await attendance(tables)).toEqual({ online: 0, present: [] });
    await next.close();
  });

  test('leaves no session of a login that was killed, after the next sweep', async () => {
    const { client } = await login('one');
    const session = await room.database.get('Presence', { shard: 0, name: 'one' });
    await room.admin({ command: 'stop' });
    await client.closed;
    // The state that the killed function left.
    await room.database.putAll('Presence', [session ?? {}]);
    await room.database.falsifyCount(1);
    await room.local.runSchedule();
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    await room.database.set('Room', { room: 'room' }, { closedAt: Date.now() - 150_000 });
    await room.local.runSchedule();
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  });
});
