import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { defaultSettings } from '../../protocol/admin/settings.ts';
import type { Session } from '../chat/model.ts';
import { mostEndedTogether } from '../chat/ports.ts';

/** DynamoDB's scripted answers in order: the name of an error, or a result. After the last one, an empty result. */
interface Answer {
  readonly error?: string;
  readonly [field: string]: unknown;
}
let answers: (string | Answer)[] = [];
/** An answer that depends on the request's body; set for one test. */
let reply: ((body: string) => Answer) | undefined;
let asked = 0;
/** The bodies of the requests. */
let bodies: string[] = [];
let server: Server;
let dynamodb: typeof import('./dynamodb.ts');

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = String(Buffer.concat(chunks));
      bodies.push(body);
      const answer = reply?.(body) ?? answers[asked] ?? {};
      asked += 1;
      const { error, ...fields } = typeof answer === 'string' ? { error: answer } : answer;
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      if (error !== undefined) response.writeHead(400);
      const type = error !== undefined && { __type: `com.amazonaws.dynamodb.v20120810#${error}` };
      response.end(JSON.stringify({ ...type, ...fields }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
  const tables = ['PRESENCE', 'CONNECTIONS', 'USERS', 'ROOM', 'LOGIN_BLOCKS', 'FILE_RECORDS', 'MESSAGES'];
  for (const table of tables) vi.stubEnv(`${table}_TABLE`, 'table');
  dynamodb = await import('./dynamodb.ts');
});
afterAll(() => {
  dynamodb.db.destroy();
  server.close();
  server.closeAllConnections();
  vi.unstubAllEnvs();
});
beforeEach(() => {
  asked = 0;
  bodies = [];
  answers = [];
  reply = undefined;
});

const put = { TableName: 'table', Item: { key: 1 }, ConditionExpression: 'attribute_not_exists(#key)' };

test('a write that conflicts with a transaction on its item is retried', async () => {
  answers = ['TransactionConflictException', 'TransactionConflictException'];
  expect(await dynamodb.putIf(put)).toEqual({ written: true });
  expect(asked).toBe(3);
});

test('a write that fails at every attempt throws the reason', async () => {
  answers = Array.from({ length: 20 }, () => 'TransactionConflictException');
  await expect(dynamodb.putIf(put)).rejects.toMatchObject({ name: 'TransactionConflictException' });
  expect(asked).toBe(5);
});

test('a failed condition is an outcome, and is not retried', async () => {
  answers = ['ConditionalCheckFailedException'];
  expect(await dynamodb.putIf(put)).toEqual({ written: false, item: undefined });
  expect(asked).toBe(1);
});

test('the current item is requested only for a write with a condition', async () => {
  answers = [];
  const { ConditionExpression: _, ...plain } = put;
  const key = { TableName: 'table', Key: { key: 1 } };
  await dynamodb.putIf(plain);
  await dynamodb.updateIf({ ...key, UpdateExpression: 'SET a = b' });
  await dynamodb.deleteIf(key);
  expect(bodies.join()).not.toContain('ReturnValuesOnConditionCheckFailure');
  await dynamodb.transact([{ Put: plain }, { Put: put }]);
  const { TransactItems: items } = JSON.parse(bodies.at(-1) ?? '');
  expect(items[0].Put).not.toHaveProperty('ReturnValuesOnConditionCheckFailure');
  expect(items[1].Put).toHaveProperty('ReturnValuesOnConditionCheckFailure', 'ALL_OLD');
});

test("a stop ends as many sessions at a time as DynamoDB's limit for a transaction allows", async () => {
  const { sessions } = await import('./sessions.ts');
  const session = (i: number): Session => ({
    ...{ name: `${i}`, displayName: `${i}`, accountId: `${i}`, connectionId: `${i}`, seat: `${i}` },
    ...{ address: '127.0.0.1', since: 0, activeSince: 0, detachedAt: undefined, tokenHash: undefined, quiet: false },
  });
  answers = [];
  await sessions.endTogether(
    Array.from({ length: mostEndedTogether }, (_, i) => session(i)),
    0,
  );
  const { TransactItems: items } = JSON.parse(bodies.at(-1) ?? '');
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
  expect(items).toHaveLength(100);
});

/** The answer to the retry of a conditional write whose first answer was lost: the item is as that write left it. */
const alreadyDone = (item?: object): Answer => ({
  error: 'ConditionalCheckFailedException',
  ...(item && { Item: item }),
});
const valuesOf = (body: string) => JSON.parse(body).ExpressionAttributeValues;

describe('a conditional write that is retried recognizes its own effect:', () => {
  test('the budget closes the room', async () => {
    const { roomState } = await import('./room-state.ts');
    const closed = { closedFor: { S: 'budget' }, closedAt: { N: '7' } };
    answers = [alreadyDone(closed), alreadyDone(closed)];
    expect(await roomState.closeForBudget(7)).toBe(true);
    expect(await roomState.closeForBudget(8)).toBe(false);
  });

  test('the room warns of its budget', async () => {
    const { roomState } = await import('./room-state.ts');
    const seen = {
      ...{ ...defaultSettings, online: 0, logins: 0, bans: {}, monthlyBudget: '5' },
      usage: { month: '1970-01', minute: 0, onlineMinutes: 0, loginsBefore: 0, broadcastsBefore: 0, warnedOf: '4' },
    };
    const warned = (warnedOf: string) => ({ ...seen, usage: { ...seen.usage, warnedOf } });
    answers = [warned('5'), warned('6')].map((item) => alreadyDone(marshall(item)));
    expect(await roomState.noteWarning(seen, 7)).toBe(true);
    expect(await roomState.noteWarning(seen, 7)).toBe(false);
  });

  test("the administrator's change of a value that was seen", async () => {
    const { roomState } = await import('./room-state.ts');
    answers = [alreadyDone({ maxCon: { N: '5' } }), alreadyDone({ maxCon: { N: '6' } })];
    expect(await roomState.change({ maxCon: 5 }, { maxCon: 100, timeOut: 60 })).toEqual({ maxCon: 100 });
    expect(await roomState.change({ maxCon: 5 }, { maxCon: 100 })).toBeUndefined();
  });

  test('a run posts the batch of notices', async () => {
    const { noticeBatch } = await import('./notice-batch.ts');
    reply = (body) => (body.includes(':run') ? alreadyDone({ runId: valuesOf(body)[':run'] }) : {});
    expect(await noticeBatch.add('login', 7, 10)).toBe(10);
    reply = (body) => (body.includes(':run') ? alreadyDone({ runId: { S: 'another' } }) : {});
    expect(await noticeBatch.add('login', 7, 10)).toBeUndefined();
  });

  test('a file ends without a notice', async () => {
    const { filesOn } = await import('./files.ts');
    const { streamsOn } = await import('./streams/index.ts');
    const files = filesOn(streamsOn({ retentionDays: 1, now: () => 0, logError: () => {} }));
    const who = { name: 'columbia', displayName: 'Columbia', accountId: '0a1' };
    const file = {
      ...{ recipient: who, sender: who, name: 'x', size: 1, sha256: 'aa', objectKey: 'files/1/2/3' },
      ...{ state: 'stored' as const, uploadUntil: 1, dueAt: 2 },
    };
    const ended = { objectKey: { S: file.objectKey }, state: { S: 'removing' }, dueAt: { N: '7' } };
    answers = [alreadyDone(ended), alreadyDone(ended)];
    expect(await files.end(file, undefined, 7)).toMatchObject({ kind: 'ended' });
    expect(await files.end(file, undefined, 8)).toMatchObject({ kind: 'changed' });
  });

  test('a block is lifted', async () => {
    const { accountAdmin } = await import('./admin/account-admin.ts');
    const block = { name: { S: 'columbia' }, address: { S: '192.0.2.1' }, blockedUntil: { N: '9' } };
    answers = [{ Items: [block] }, alreadyDone()];
    expect(await accountAdmin.liftBlocks('columbia', undefined, 7)).toMatchObject([{ address: '192.0.2.1' }]);
    answers = [{ Items: [block] }, alreadyDone({ ...block, blockedUntil: { N: '6' } })];
    asked = 0;
    expect(await accountAdmin.liftBlocks('columbia', undefined, 7)).toEqual([]);
  });

  test('an invitation is revoked', async () => {
    const { invitationAdmin } = await import('./admin/invitation-admin.ts');
    await invitationAdmin.revoke('1');
    expect(JSON.parse(bodies[0] ?? '')).not.toHaveProperty('ConditionExpression');
  });

  test('a ban is lifted', async () => {
    const { banAdmin } = await import('./admin/ban-admin.ts');
    expect(await banAdmin.unban('192.0.2.1/32')).toBe(true);
    const { ConditionExpression: condition } = JSON.parse(bodies[0] ?? '');
    expect(condition).toBe('attribute_exists(bans) AND attribute_not_exists(restoring)');
  });
});

test("a frame's tokens count although another environment has recorded later activity", async () => {
  const { connections } = await import('./connections.ts');
  const connection = {
    ...{ connectionId: 'c1', address: '192.0.2.1', lastActiveAt: 1, theoreticalArrivalTime: 0, member: undefined },
    rateLimit: { rate: 20, burst: 100 },
  };
  const stored = (lastActiveAt: number, busyUntil: number) =>
    alreadyDone(marshall({ connectionId: 'c1', address: '192.0.2.1', lastActiveAt, busyUntil }));
  const updates = () => bodies.map((body) => [JSON.parse(body).UpdateExpression, valuesOf(body)[':busy'].N]);
  answers = [stored(8, 508)];
  await connections.touch(connection, { at: 7, active: true, usedMs: 50 });
  expect(updates()).toEqual([
    ['SET lastActiveAt = :at, busyUntil = :busy', '57'],
    ['SET busyUntil = busyUntil + :busy', '50'],
  ]);
  bodies = [];
  answers = [stored(8, 0)];
  asked = 0;
  await connections.touch(connection, { at: 7, active: true, usedMs: 50 });
  expect(updates()[1]).toEqual(['SET busyUntil = :busy', '57']);
  // The SDK retried this environment's own update, or there is nothing to add.
  answers = [stored(7, 57), stored(8, 508)];
  asked = 0;
  await connections.touch(connection, { at: 7, active: true, usedMs: 50 });
  await connections.touch(connection, { at: 7, active: true, usedMs: 0 });
  expect(asked).toBe(2);
  // The connection is gone.
  answers = [alreadyDone(), alreadyDone()];
  asked = 0;
  await connections.touch(connection, { at: 7, active: true, usedMs: 50 });
  expect(asked).toBe(1);
});

test('an invalid request is not retried', async () => {
  answers = ['ValidationException'];
  await expect(dynamodb.deleteIf({ TableName: 'table', Key: { key: 1 } })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  expect(asked).toBe(1);
});

const cancelled = (...codes: string[]): Answer => ({
  error: 'TransactionCanceledException',
  CancellationReasons: codes.map((Code) => ({ Code })),
});

test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
  'a transaction that is cancelled by %s is retried',
  async (code) => {
    answers = [cancelled('None', code), cancelled(code, 'None')];
    expect(await dynamodb.transact([{ Put: put }, { Put: put }])).toEqual({ committed: true });
    expect(asked).toBe(3);
  },
);

test('all attempts of a transaction have one token, so that one whose answer was lost is not committed again', async () => {
  bodies = [];
  answers = [cancelled('TransactionConflict'), 'ThrottlingException', cancelled('ThrottlingError')];
  expect(await dynamodb.transact([{ Put: put }])).toEqual({ committed: true });
  expect(await dynamodb.transact([{ Put: put }])).toEqual({ committed: true });
  const [first, ...tokens] = bodies.map((body) => JSON.parse(body).ClientRequestToken);
  expect(first).toEqual(expect.any(String));
  expect(tokens).toEqual([first, first, first, expect.not.stringMatching(first)]);
});

test.each(['ValidationError', 'ItemCollectionSizeLimitExceeded', 'AccessDenied'])(
  'a transaction that is cancelled by %s is not retried',
  async (code) => {
    answers = [cancelled('TransactionConflict', code)];
    await expect(dynamodb.transact([{ Put: put }, { Put: put }])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
    expect(asked).toBe(1);
  },
);

test('unprocessed keys of a batch read are requested again', async () => {
  const there = (key: string) => ({ key: { S: key } });
  answers = [
    { Responses: { table: [there('a')] }, UnprocessedKeys: { table: { Keys: [there('b'), there('c')] } } },
    { UnprocessedKeys: { table: { Keys: [there('b'), there('c')] } } },
    { Responses: { table: [there('c'), there('b')] } },
    { Responses: { table: [there('d')] } },
  ];
  const keys = Array.from({ length: 101 }, (_, i) => ({ key: `${i}` }));
  expect(await dynamodb.getAll('table', keys)).toEqual(['a', 'c', 'b', 'd'].map((key) => ({ key })));
  expect(asked).toBe(4);
});

describe('settled', () => {
  test.each([
    [2_999, 2_999],
    [3_000, 13_000],
  ])('ends a write that took %d ms after %d ms, when no lost attempt can arrive any more', async (taken, ended) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const results: string[] = [];
    const write = () => new Promise<string>((resolve) => setTimeout(() => resolve('written'), taken));
    void dynamodb.settled(write).then((result) => results.push(result));
    await vi.advanceTimersByTimeAsync(ended - 1);
    expect(results).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(results).toEqual(['written']);
  });
});
