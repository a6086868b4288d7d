import { expect, test } from 'vitest';
import type { Table } from '../../assembly/tables.ts';
import { SeededRandom } from '../../random.ts';
import { Contention, type ContentionSettings } from './contention.ts';
import { bytesOfItem } from './item-size.ts';
import { sampleLatency } from './latency.ts';

const TableName = 'Messages';
const table: Table = {
  logicalId: 'Messages',
  name: TableName,
  keys: [
    { AttributeName: 'stream', KeyType: 'HASH' },
    { AttributeName: 'position', KeyType: 'RANGE' },
  ],
  attributes: [],
  indexes: [
    { IndexName: 'due', KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }], Projection: { ProjectionType: 'ALL' } },
  ],
  ttlAttribute: undefined,
};
const instant = { latency: { p5: 0, p95: 0 }, transactionLatency: { p5: 0, p95: 0 } };

/** A model whose clock stands still until a test moves it. */
function started(settings: Partial<ContentionSettings> = {}) {
  const clock = { now: 0 };
  const contention = new Contention([table], { now: () => clock.now });
  contention.switchOn({ ...instant, ...settings });
  const run = async (operation: string, input: object, output: object = {}) => {
    const { error, units } = await contention.run(operation, input, async () => output);
    return { error: error?.type, body: error?.body, units };
  };
  return { clock, contention, run };
}

const key = (stream: string, position = '1') => ({ stream: { S: stream }, position: { S: position } });
const put = (stream: string, position?: string, more = {}) => ({
  TableName,
  Item: { ...key(stream, position), ...more },
});
const kilobytes = (count: number) => ({ text: { S: 'x'.repeat(count * 1024 - 100) } });
const conditionFailed = { __type: 'ConditionalCheckFailedException' };

/** Starts a call that DynamoDB carries out only when the test says so. */
function hold(contention: Contention, operation: string, input: object) {
  let carryOut: () => void = () => undefined;
  const carriedOut = new Promise<void>((resolve) => {
    carryOut = resolve;
  });
  const result = contention.run(operation, input, async () => {
    await carriedOut;
    return {};
  });
  return {
    async end() {
      carryOut();
      return (await result).error?.type;
    },
  };
}

test('a partition takes its write units a second, and throttles the next write', async () => {
  const { clock, run } = started({ writeUnits: 10 });
  for (let count = 0; count < 10; count++) expect(await run('PutItem', put('a'))).toMatchObject({ error: undefined });
  expect(await run('PutItem', put('a'))).toMatchObject({
    error: 'ThrottlingException',
    body: { throttlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }] },
    units: { writeUnits: 0 },
  });
  expect(await run('PutItem', put('another'))).toMatchObject({ error: undefined });
  clock.now += 100;
  expect(await run('PutItem', put('a'))).toMatchObject({ error: undefined });
  expect(await run('PutItem', put('a'))).toMatchObject({ error: 'ThrottlingException' });
});

test('the default capacities are those of AWS', async () => {
  const { run } = started();
  const fill = (units: number) => ({ ConsumedCapacity: { TableName, CapacityUnits: units } });
  await run('PutItem', put('a'), fill(999));
  expect(await run('PutItem', put('a'))).toMatchObject({ error: undefined });
  expect(await run('PutItem', put('a'))).toMatchObject({ error: 'ThrottlingException' });
  const query = {
    TableName,
    KeyConditionExpression: '#s = :s AND #p > :p',
    ExpressionAttributeNames: { '#s': 'stream', '#p': 'position' },
    ExpressionAttributeValues: { ':s': { S: 'a' }, ':p': { S: '0' } },
  };
  await run('Query', query, fill(3000));
  expect(await run('GetItem', { TableName, Key: key('a') })).toMatchObject({
    error: 'ThrottlingException',
    body: { throttlingReasons: [{ reason: 'TableReadKeyRangeThroughputExceeded' }] },
  });
});

test('a write consumes one unit per KB of its item, in a transaction two', async () => {
  const { run } = started({ writeUnits: 10 });
  expect(await run('PutItem', put('a', '1', kilobytes(4)))).toMatchObject({ units: { writeUnits: 4 } });
  const transaction = { TransactItems: [{ Put: put('a', '2', kilobytes(3)) }] };
  expect(await run('TransactWriteItems', transaction)).toMatchObject({ error: undefined, units: { writeUnits: 6 } });
  expect(await run('PutItem', put('a'))).toMatchObject({ error: 'ThrottlingException' });
});

test('a read consumes half a unit, strongly consistent one, in a transaction two', async () => {
  const { run } = started();
  const get = { TableName, Key: key('a') };
  expect(await run('GetItem', get)).toMatchObject({ units: { readUnits: 0.5 } });
  expect(await run('GetItem', { ...get, ConsistentRead: true })).toMatchObject({ units: { readUnits: 1 } });
  expect(await run('TransactGetItems', { TransactItems: [{ Get: get }] })).toMatchObject({ units: { readUnits: 2 } });
});

test('an update is charged with the units that DynamoDB reports', async () => {
  const { run } = started({ writeUnits: 10 });
  const update = { TableName, Key: key('a'), UpdateExpression: 'SET #t = :t' };
  const consumed = { ConsumedCapacity: { TableName, CapacityUnits: 10 } };
  expect(await run('UpdateItem', update, consumed)).toMatchObject({ units: { writeUnits: 10 } });
  expect(await run('UpdateItem', update)).toMatchObject({ error: 'ThrottlingException' });
});

test('a conditional write that fails consumes units, by the larger of the two items', async () => {
  const { run } = started({ writeUnits: 10 });
  expect(await run('PutItem', put('a'), conditionFailed)).toMatchObject({ units: { writeUnits: 1 } });
  const existing = { ...conditionFailed, Item: { ...key('a'), ...kilobytes(9) } };
  expect(await run('PutItem', put('a'), existing)).toMatchObject({ units: { writeUnits: 9 } });
  expect(await run('PutItem', put('a'))).toMatchObject({ error: 'ThrottlingException' });
});

test('a write is throttled by the index that it writes to', async () => {
  const { run } = started({ writeUnits: 3 });
  const due = { due: { S: 'due' } };
  for (const stream of ['a', 'b', 'c']) await run('PutItem', put(stream, '1', due));
  expect(await run('PutItem', put('d', '1', due))).toMatchObject({ error: 'ThrottlingException' });
  const update = {
    TableName,
    Key: key('e'),
    UpdateExpression: 'SET #d = :d',
    ExpressionAttributeNames: { '#d': 'due' },
  };
  expect(await run('UpdateItem', update)).toMatchObject({ error: 'ThrottlingException' });
  expect(await run('PutItem', put('d'))).toMatchObject({ error: undefined });
});

test('a transaction is cancelled by a throttled item, and says which', async () => {
  const { run } = started({ writeUnits: 2 });
  await run('PutItem', put('a'));
  const transaction = { TransactItems: [{ Put: put('a') }, { Put: put('b') }] };
  expect(await run('TransactWriteItems', transaction)).toMatchObject({
    error: 'TransactionCanceledException',
    body: { CancellationReasons: [{ Code: 'ThrottlingError' }, { Code: 'None' }] },
  });
});

test('of a batch, throttled items are given back; if all are throttled, the batch fails', async () => {
  const { contention, run } = started({ writeUnits: 1 });
  const batch = (...streams: string[]) => ({
    RequestItems: { [TableName]: streams.map((stream) => ({ PutRequest: { Item: put(stream).Item } })) },
  });
  const admitted: unknown[] = [];
  await contention.run('BatchWriteItem', batch('a', 'a', 'b'), async (given) => {
    admitted.push(...given);
    return {};
  });
  expect(admitted).toEqual([true, false, true]);
  expect(await run('BatchWriteItem', batch('a', 'b'))).toMatchObject({ error: 'ThrottlingException' });
});

test.each([
  ['another write', { Update: { TableName, Key: key('a'), UpdateExpression: 'SET x = :x' } }],
  ['a condition check', { ConditionCheck: { TableName, Key: key('a') } }],
])('two transactions on one item conflict: %s', async (_, second) => {
  const { contention, run } = started();
  const ongoing = hold(contention, 'TransactWriteItems', { TransactItems: [{ Put: put('a') }, { Put: put('b') }] });
  const other = { TransactItems: [{ Put: put('c') }, second] };
  expect(await run('TransactWriteItems', other)).toMatchObject({
    error: 'TransactionCanceledException',
    body: { CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }] },
    units: { writeUnits: 4 },
  });
  expect(await ongoing.end()).toBeUndefined();
  expect(await run('TransactWriteItems', other)).toMatchObject({ error: undefined });
});

test.each([
  ['PutItem', put('a')],
  ['UpdateItem', { TableName, Key: key('a'), UpdateExpression: 'ADD n :one' }],
  ['DeleteItem', { TableName, Key: key('a') }],
])('%s conflicts with an ongoing transaction on its item, and the other way round', async (operation, write) => {
  const { contention, run } = started();
  const transaction = { TransactItems: [{ Put: put('a') }] };
  const ongoing = hold(contention, 'TransactWriteItems', transaction);
  expect(await run(operation, write)).toMatchObject({ error: 'TransactionConflictException' });
  expect(
    await run(operation, { ...write, ...('Key' in write && { Key: key('b') }), ...('Item' in write && put('b')) }),
  ).toMatchObject({ error: undefined });
  expect(await ongoing.end()).toBeUndefined();
  const writing = hold(contention, operation, write);
  expect(await run('TransactWriteItems', transaction)).toMatchObject({ error: 'TransactionCanceledException' });
  expect(await writing.end()).toBeUndefined();
});

test('a batch gives back the item of an ongoing transaction', async () => {
  const { contention, run } = started();
  const ongoing = hold(contention, 'TransactWriteItems', { TransactItems: [{ Put: put('a') }] });
  const batch = { RequestItems: { [TableName]: [{ DeleteRequest: { Key: key('a') } }] } };
  expect(await run('BatchWriteItem', batch)).toMatchObject({ error: undefined });
  expect(contention.counts).toEqual({ throttled: 0, conflict: 1 });
  await ongoing.end();
});

test('a read transaction conflicts with ongoing writes; a plain read never does', async () => {
  const { contention, run } = started();
  const get = { TableName, Key: key('a') };
  for (const [operation, input] of [
    ['TransactWriteItems', { TransactItems: [{ Put: put('a') }] }],
    ['PutItem', put('a')],
  ] as const) {
    const ongoing = hold(contention, operation, input);
    expect(await run('TransactGetItems', { TransactItems: [{ Get: get }] })).toMatchObject({
      error: 'TransactionCanceledException',
      body: { CancellationReasons: [{ Code: 'TransactionConflict' }] },
    });
    expect(await run('GetItem', get)).toMatchObject({ error: undefined });
    await ongoing.end();
  }
});

test('plain writes on one item never conflict', async () => {
  const { contention, run } = started();
  const ongoing = hold(contention, 'UpdateItem', { TableName, Key: key('a'), UpdateExpression: 'ADD n :one' });
  expect(await run('UpdateItem', { TableName, Key: key('a'), UpdateExpression: 'ADD n :one' })).toMatchObject({
    error: undefined,
  });
  expect(await run('PutItem', put('a'))).toMatchObject({ error: undefined });
  expect(await ongoing.end()).toBeUndefined();
});

test('a call that breaks lets go of its items', async () => {
  const { contention, run } = started();
  const transaction = { TransactItems: [{ Put: put('a') }] };
  const broken = contention.run('TransactWriteItems', transaction, () => Promise.reject(new Error('gone')));
  await expect(broken).rejects.toThrow('gone');
  expect(await run('TransactWriteItems', transaction)).toMatchObject({ error: undefined });
});

test('without conflicts, transactions may overlap', async () => {
  const { contention, run } = started({ conflicts: false });
  const ongoing = hold(contention, 'TransactWriteItems', { TransactItems: [{ Put: put('a') }] });
  expect(await run('PutItem', put('a'))).toMatchObject({ error: undefined });
  await ongoing.end();
});

test('nine of ten calls take from 3 to 6 ms, the same ones for the same seed', () => {
  const sample = () => {
    const random = new SeededRandom(7);
    return Array.from({ length: 2000 }, () => sampleLatency({ p5: 3, p95: 6 }, random));
  };
  const sorted = sample().sort((one, other) => one - other);
  expect(sorted[100]).toBeCloseTo(3, 0);
  expect(sorted[1000]).toBeCloseTo(Math.sqrt(18), 0);
  expect(sorted[1900]).toBeCloseTo(6, 0);
  expect(sample()).toEqual(sample());
});

test('a call takes its latency', async () => {
  const contention = new Contention([table]);
  contention.switchOn({ latency: { p5: 40, p95: 40 } });
  const begun = performance.now();
  let carriedOut = 0;
  await contention.run('GetItem', { TableName, Key: key('a') }, async () => {
    carriedOut = performance.now() - begun;
    return {};
  });
  expect(carriedOut).toBeGreaterThan(18);
  expect(performance.now() - begun).toBeGreaterThan(38);
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
test.each([
  [{ name: { S: 'ä' } }, 6],
  [{ n: { N: '27' } }, 3],
  [{ n: { N: '-12345.00' } }, 5],
  [{ b: { B: 'AAAA' } }, 4],
  [{ s: { SS: ['ab', 'c'] } }, 4],
  [{ f: { BOOL: true }, g: { NULL: true } }, 4],
  [{ l: { L: [{ S: 'ab' }, { S: 'c' }] } }, 9],
  [{ m: { M: { k: { S: 'ab' } } } }, 8],
])('the size of an item: %j', (item, bytes) => {
  expect(bytesOfItem(item)).toBe(bytes);
});
