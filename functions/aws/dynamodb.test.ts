import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '../chat/model.ts';
import { mostEndedTogether } from '../chat/ports.ts';

/** DynamoDB's scripted answers in order: the name of an error, or a result. After the last one, an empty result. */
interface Answer {
  readonly error?: string;
  readonly [field: string]: unknown;
}
let answers: (string | Answer)[] = [];
let asked = 0;
/** The bodies of the requests. */
let bodies: string[] = [];
let server: Server;
let dynamodb: typeof import('./dynamodb.ts');

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => bodies.push(String(Buffer.concat(chunks))));
    const answer = answers[asked] ?? {};
    asked += 1;
    const { error, ...fields } = typeof answer === 'string' ? { error: answer } : answer;
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (error !== undefined) response.writeHead(400);
    const type = error !== undefined && { __type: `com.amazonaws.dynamodb.v20120810#${error}` };
    response.end(JSON.stringify({ ...type, ...fields }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
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
  vi.stubEnv('PRESENCE_TABLE', 'table').stubEnv('CONNECTIONS_TABLE', 'table').stubEnv('USERS_TABLE', 'table');
  const session = (i: number): Session => ({
    ...{ name: `${i}`, displayName: `${i}`, accountId: `${i}`, connectionId: `${i}`, seat: `${i}` },
    ...{ address: '127.0.0.1', since: 0, activeSince: 0, detachedAt: undefined, quiet: false },
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
