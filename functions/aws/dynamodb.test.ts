import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

/** Answers requests in turn as DynamoDB does: an error's name, or `ok`; `ok` when there are no more. */
let answers: string[] = [];
let asked = 0;
let server: Server;
let dynamodb: typeof import('./dynamodb.ts');

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const answer = answers[asked] ?? 'ok';
    asked += 1;
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    if (answer === 'ok') response.end('{}');
    else response.writeHead(400).end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${answer}` }));
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
});

const put = { TableName: 'table', Item: { key: 1 }, ConditionExpression: 'attribute_not_exists(#key)' };

test('a write that meets a transaction on its item is made again', async () => {
  answers = ['TransactionConflictException', 'TransactionConflictException'];
  expect(await dynamodb.putIf(put)).toEqual({ written: true });
  expect(asked).toBe(3);
});

test('one that never gets through fails, and says why', async () => {
  answers = Array.from({ length: 20 }, () => 'TransactionConflictException');
  await expect(dynamodb.putIf(put)).rejects.toMatchObject({ name: 'TransactionConflictException' });
  expect(asked).toBe(5);
});

test('a condition that fails is an outcome, and not tried again', async () => {
  answers = ['ConditionalCheckFailedException'];
  expect(await dynamodb.putIf(put)).toEqual({ written: false, item: undefined });
  expect(asked).toBe(1);
});

test('what is wrong with a request is not tried again', async () => {
  answers = ['ValidationException'];
  await expect(dynamodb.deleteIf({ TableName: 'table', Key: { key: 1 } })).rejects.toMatchObject({
    name: 'ValidationException',
  });
  expect(asked).toBe(1);
});
