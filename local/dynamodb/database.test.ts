import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { Dynoxide } from './dynoxide.ts';

let room: ProbeRoom;
let dynamoDb: DynamoDB;
const TableName = 'Test-Items';

beforeAll(async () => {
  room = await startProbeRoom({}, { environmentsPerFunction: 4 });
  dynamoDb = new DynamoDB({
    endpoint: room.dynamoDbEndpoint,
    region: room.region,
    credentials: room.credentials,
    maxAttempts: 1,
  });
});
afterEach(() => room.faults.reset());
afterAll(async () => {
  dynamoDb.destroy();
  await room.close();
});

const key = (name: string) => ({ group: { S: 'test' }, name: { S: name } });
const put = (name: string, attributes: object = {}) =>
  room.order({ do: 'putItem', input: { TableName, Item: { ...key(name), ...attributes } } });
const get = (name: string) => room.order({ do: 'getItem', input: { TableName, Key: key(name) } });

test('the tables match the template', async () => {
  const { Table } = await dynamoDb.describeTable({ TableName });
  expect(Table).toMatchObject({
    TableName,
    KeySchema: [
      { AttributeName: 'group', KeyType: 'HASH' },
      { AttributeName: 'name', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [{ IndexName: 'byRank', Projection: { ProjectionType: 'KEYS_ONLY' } }],
  });
});

test('a table has the size of its items, read unit by read unit', async () => {
  const bytes = async () => (await dynamoDb.describeTable({ TableName })).Table?.TableSizeBytes;
  expect(await bytes()).toBe(0);
  await put('small');
  expect(await bytes()).toBe(4096);
  await put('large', { text: { S: 'x'.repeat(9_000) } });
  expect(await bytes()).toBe(3 * 4096);
  for (const name of ['small', 'large']) await dynamoDb.deleteItem({ TableName, Key: key(name) });
});

test('functions read and write', async () => {
  expect(await put('plain', { colour: { S: 'red' } })).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  expect(await get('plain')).toMatchObject({ Item: { ...key('plain'), colour: { S: 'red' } } });
});

test('a call without credentials of the room is refused', async () => {
  const stranger = new DynamoDB({
    endpoint: room.dynamoDbEndpoint,
    region: room.region,
    credentials: { accessKeyId: 'AKIAELSEWHERE', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  await expect(stranger.listTables({})).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  stranger.destroy();
});

test('calls are recorded with caller, operation, permissions and capacity units', async () => {
  await put('recorded', { rank: { N: '1' } });
  const recording = room.calls.record();
  await get('recorded');
  await put('recorded', { rank: { N: '2' } });
  await room.order({
    do: 'query',
    input: {
      TableName,
      IndexName: 'byRank',
      KeyConditionExpression: '#group = :group',
      ExpressionAttributeNames: { '#group': 'group' },
      ExpressionAttributeValues: { ':group': { S: 'test' } },
    },
  });
  await room.order({
    do: 'transactWriteItems',
    input: {
      TransactItems: [
        { Put: { TableName, Item: key('transacted') } },
        {
          ConditionCheck: {
            TableName,
            Key: key('recorded'),
            ConditionExpression: 'attribute_exists(#n)',
            ExpressionAttributeNames: { '#n': 'name' },
          },
        },
      ],
    },
  });
  recording.stop();
  const permission = (action: string) => ({ action: `dynamodb:${action}`, resource: 'Items' });
  const { calls, invocations } = recording;
  expect(calls.map(({ operation, permissions }) => ({ operation, permissions }))).toMatchObject([
    { operation: 'GetItem', permissions: [permission('GetItem')] },
    { operation: 'PutItem', permissions: [permission('PutItem')] },
    { operation: 'Query', permissions: [{ ...permission('Query'), index: 'byRank' }] },
    { operation: 'TransactWriteItems', permissions: [permission('PutItem'), permission('ConditionCheckItem')] },
  ]);
  const [read, write, query, transaction] = calls;
  expect(read).toMatchObject({
    service: 'dynamodb',
    function: 'Probe',
    requestId: invocations[0]?.requestId,
    trigger: { source: 'invoke', detail: 'operator' },
    status: 200,
    readUnits: 0.5,
    writeUnits: 0,
  });
  // The table, and the index twice: a changed sort key is a deletion and an insertion.
  expect(write).toMatchObject({ readUnits: 0, writeUnits: 3 });
  expect(query).toMatchObject({ readUnits: 0.5, writeUnits: 0 });
  // Twice for two items.
  expect(transaction).toMatchObject({ readUnits: 0, writeUnits: 4 });
  expect(read?.end).toBeGreaterThan(read?.start ?? Number.POSITIVE_INFINITY);
});

describe('faults', () => {
  const failed = { error: 'InternalServerError', status: 500 };

  test('a call may fail without having been carried out', async () => {
    room.faults.dynamoDb.failBefore = 1;
    expect(await put('never')).toEqual(failed);
    room.faults.reset();
    expect(await get('never')).not.toHaveProperty('Item');
  });

  test('a call may fail after having been carried out', async () => {
    room.faults.dynamoDb.failAfter = 1;
    expect(await put('done')).toEqual(failed);
    room.faults.reset();
    expect(await get('done')).toHaveProperty('Item');
  });

  test('a call can be held at an exact point and made to fail', async () => {
    await put('raced', { winner: { S: 'nobody' } });
    room.faults.beforeDynamoDb = async ({ operation, input, tables, function: caller, trigger }) => {
      if (operation !== 'GetItem') return undefined;
      room.faults.beforeDynamoDb = undefined;
      expect({ input, tables, caller, trigger }).toMatchObject({
        input: { Key: key('raced') },
        tables: ['Items'],
        caller: 'Probe',
        trigger: { source: 'invoke' },
      });
      await put('raced', { winner: { S: 'who came between' } });
      return undefined;
    };
    expect(await get('raced')).toMatchObject({ Item: { winner: { S: 'who came between' } } });
    room.faults.beforeDynamoDb = () => 'after';
    expect(await get('raced')).toEqual(failed);
  });

  test('calls of the operator do not fail, so that a test can read the tables', async () => {
    room.faults.dynamoDb.failBefore = 1;
    room.faults.beforeDynamoDb = () => 'before';
    await dynamoDb.putItem({ TableName, Item: key('operator') });
    expect(await dynamoDb.getItem({ TableName, Key: key('operator') })).toMatchObject({ Item: key('operator') });
    await dynamoDb.deleteItem({ TableName, Key: key('operator') });
  });
});

describe('contention', () => {
  const write = (name: string) => ({ Put: { TableName, Item: key(name) } });
  const transact = (...TransactItems: object[]) => room.order({ do: 'transactWriteItems', input: { TransactItems } });
  const instant = { latency: { p5: 0, p95: 0 }, transactionLatency: { p5: 0, p95: 0 } };
  afterEach(() => room.contention.switchOff());

  test('is off by default', async () => {
    expect(room.contention.on).toBe(false);
    const loaded = await startProbeRoom({}, { contention: {} });
    onTestFinished(() => loaded.close());
    expect(loaded.contention.on).toBe(true);
  });

  test('the SDK sees a throttled write, its units are recorded, and the operator is not affected', async () => {
    room.contention.switchOn({ ...instant, writeUnits: 2 });
    const recording = room.calls.record();
    expect(await put('hot')).toHaveProperty('$metadata');
    const condition = { ConditionExpression: 'attribute_not_exists(#n)', ExpressionAttributeNames: { '#n': 'name' } };
    const conditional = { TableName, Item: key('hot'), ...condition };
    expect(await room.order({ do: 'putItem', input: conditional })).toMatchObject({
      error: 'ConditionalCheckFailedException',
    });
    expect(await put('hot')).toEqual({ error: 'ThrottlingException', status: 400 });
    recording.stop();
    expect(recording.calls.map(({ writeUnits, status }) => ({ writeUnits, status }))).toEqual([
      { writeUnits: 1, status: 200 },
      { writeUnits: 1, status: 400 },
      { writeUnits: 0, status: 400 },
    ]);
    await dynamoDb.putItem({ TableName, Item: key('hot') });
    expect(room.contention.counts).toEqual({ throttled: 1, conflict: 0 });
  });

  test('the SDK sees what cancelled a transaction, and a conflict of a plain write', async () => {
    room.contention.switchOn({ ...instant, transactionLatency: { p5: 1500, p95: 1500 } });
    const arrived = new Promise<void>((resolve) => {
      room.faults.beforeDynamoDb = () => resolve() as undefined;
    });
    const ongoing = transact(write('shared'), write('own'));
    await arrived;
    expect(await put('shared')).toEqual({ error: 'TransactionConflictException', status: 400 });
    const cancelled = transact(write('other'), write('shared'));
    expect(await put('free')).toHaveProperty('$metadata');
    expect(await ongoing).toHaveProperty('$metadata');
    expect(await cancelled).toMatchObject({ error: 'TransactionCanceledException', status: 400 });
    expect(await get('other')).not.toHaveProperty('Item');
  });
});

test('only expired items are deleted', async () => {
  const now = Math.floor(room.clock.now() / 1000);
  const year = 365 * 24 * 60 * 60;
  // More than a page.
  const many = Array.from({ length: 120 }, (_, index) => `expired-${index}`);
  for (const name of many) {
    await dynamoDb.putItem({ TableName, Item: { ...key(name), expiresAt: { N: String(now - 10) } } });
  }
  const stay = {
    later: { N: String(now + 1000) },
    ancient: { N: String(now - 6 * year) },
    text: { S: String(now - 10) },
  };
  for (const [name, expiresAt] of Object.entries(stay)) await put(name, { expiresAt });
  await put('without');
  await room.deleteExpired();
  const { Items = [] } = await dynamoDb.scan({ TableName });
  const names = Items.map(({ name }) => name?.S);
  expect(names.filter((name) => name?.startsWith('expired'))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(stay), 'without']));
});

test("expired items are deleted within a minute of the room's clock", async () => {
  const Item = { ...key('brief'), expiresAt: { N: String(Math.floor(room.clock.now() / 1000) + 30) } };
  await room.order({ do: 'putItem', input: { TableName, Item } });
  const read = () => room.order({ do: 'getItem', input: { TableName, Key: key('brief') } });
  expect(await read()).toHaveProperty('Item');
  room.clock.forward(60_000);
  await expect.poll(read).not.toHaveProperty('Item');
});

test('an external DynamoDB can be used and emptied', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dynoxide-'));
  const file = (name: string) => join(folder, name);
  const other = await Dynoxide.start({ database: file('db'), pid: file('pid'), log: file('log') });
  onTestFinished(async () => {
    await other.close();
    await rm(folder, { recursive: true });
  });
  const request = { TableName, Key: key('guest') };
  for (const fresh of [false, true]) {
    const guest = await startProbeRoom({}, { dynamodb: other.endpoint, fresh });
    expect(await guest.order({ do: 'getItem', input: request })).not.toHaveProperty('Item');
    await guest.order({ do: 'putItem', input: { TableName, Item: key('guest') } });
    await guest.close();
  }
});

test('an unreachable DynamoDB is reported', async () => {
  const starting = startProbeRoom({}, { dynamodb: 'http://127.0.0.1:1' });
  await expect(starting).rejects.toThrow('DynamoDB at http://127.0.0.1:1 cannot be used');
});
