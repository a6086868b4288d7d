import {
  ApiGatewayManagementApi,
  type ApiGatewayManagementApiServiceException,
  GoneException,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { lambdaRoute, mockRoute } from '../fixtures/assembly.ts';
import { heard, type ProbeRoom, startProbeRoom, type TestClient } from '../fixtures/probe-room.ts';

let room: ProbeRoom;
let connections: ApiGatewayManagementApi;

beforeAll(async () => {
  room = await startProbeRoom({ ...lambdaRoute('$default', 'Probe', true), ...mockRoute('ping', '{}') });
  connections = client(room.origin);
});
afterEach(() => room.faults.reset());
afterAll(() => room.close());

function client(endpoint: string, credentials = room.credentials): ApiGatewayManagementApi {
  return new ApiGatewayManagementApi({ endpoint, region: room.region, credentials, maxAttempts: 1 });
}

async function connected(): Promise<{ client: TestClient; ConnectionId: string }> {
  const opened = await room.connect('/', { headers: { 'User-Agent': 'probe/1' } });
  const ConnectionId = room.connections.at(-1)?.connectionId ?? '';
  return { client: opened, ConnectionId };
}

async function failure(call: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  const error = await call.then(
    () => expect.unreachable(),
    (thrown: ApiGatewayManagementApiServiceException) => thrown,
  );
  return { name: error.name, status: error.$metadata.httpStatusCode };
}

test.each(['', '/prod'])('a post reaches the client, with the API at %j', async (path) => {
  const { client: receiver, ConnectionId } = await connected();
  const { $metadata } = await client(room.origin + path).postToConnection({ ConnectionId, Data: 'grüß dich' });
  expect($metadata.httpStatusCode).toBe(200);
  expect(await receiver.nextText()).toBe('grüß dich');
});

test('a function finds the API by its environment', async () => {
  const { client: receiver, ConnectionId } = await connected();
  expect(await room.order({ do: 'post', input: { to: ConnectionId, data: 'hello' } })).toMatchObject({
    $metadata: { httpStatusCode: 200 },
  });
  expect(await receiver.nextText()).toBe('hello');
});

test('GetConnection returns the time of the connection, the client and the last activity', async () => {
  const { client: receiver, ConnectionId } = await connected();
  const first = await connections.getConnection({ ConnectionId });
  expect(first).toMatchObject({
    $metadata: { httpStatusCode: 200 },
    ConnectedAt: expect.any(Date),
    Identity: { SourceIp: '127.0.0.1', UserAgent: 'probe/1' },
    LastActiveAt: expect.any(Date),
  });
  await receiver.ask({ action: 'ping' });
  const { LastActiveAt } = await connections.getConnection({ ConnectionId });
  expect(Number(LastActiveAt)).toBeGreaterThan(Number(first.LastActiveAt));
});

test('faults: 410 for a share of the posts, or for every call about one connection, which stays open', async () => {
  const { client: receiver, ConnectionId } = await connected();
  room.faults.post.gone = 1;
  const post = () => connections.postToConnection({ ConnectionId, Data: 'lost' });
  const gone = { name: 'GoneException', status: 410 };
  expect(await failure(post())).toEqual(gone);
  expect(await connections.getConnection({ ConnectionId })).toMatchObject({ ConnectedAt: expect.any(Date) });
  room.faults.reset();
  room.faults.unknown.add(ConnectionId);
  expect(await failure(post())).toEqual(gone);
  expect(await failure(connections.getConnection({ ConnectionId }))).toEqual(gone);
  expect(await failure(connections.deleteConnection({ ConnectionId }))).toEqual(gone);
  room.faults.reset();
  await connections.postToConnection({ ConnectionId, Data: 'arrived' });
  expect(await receiver.nextText()).toBe('arrived');
});

test('a deleted connection is closed with 1000, and $disconnect runs', async () => {
  const events = heard(room);
  const { client: receiver, ConnectionId } = await connected();
  await events.next();
  const { $metadata } = await connections.deleteConnection({ ConnectionId });
  expect($metadata.httpStatusCode).toBe(204);
  expect((await receiver.closed).code).toBe(1000);
  expect(await events.next()).toMatchObject({
    requestContext: {
      connectionId: ConnectionId,
      disconnectStatusCode: 1000,
      disconnectReason: 'Connection Closed Normally',
    },
  });
  const gone = { name: 'GoneException', status: 410 };
  expect(await failure(connections.deleteConnection({ ConnectionId }))).toEqual(gone);
  expect(await failure(connections.getConnection({ ConnectionId }))).toEqual(gone);
  expect(await failure(connections.postToConnection({ ConnectionId, Data: 'x' }))).toEqual(gone);
  await expect(connections.getConnection({ ConnectionId })).rejects.toBeInstanceOf(GoneException);
});

test('a post before $connect has returned is refused', async () => {
  const posted = heard(room, 'POSTED');
  const opened = await room.connect('/?posts=1');
  expect(await posted.next()).toEqual({ error: 'GoneException', status: 410 });
  await opened.ask({ action: 'ping' });
  expect(opened.unread).toBe(0);
});

test('a post of more than 128 KB is refused', async () => {
  const { client: receiver, ConnectionId } = await connected();
  const most = 'x'.repeat(128 * 1024);
  await connections.postToConnection({ ConnectionId, Data: most });
  expect(await receiver.nextText()).toBe(most);
  expect(await failure(connections.postToConnection({ ConnectionId, Data: `${most}x` }))).toEqual({
    name: 'PayloadTooLargeException',
    status: 413,
  });
});

describe('a call is refused', () => {
  test('without credentials', async () => {
    const { ConnectionId } = await connected();
    const url = `${room.origin}/@connections/${encodeURIComponent(ConnectionId)}`;
    for (const headers of [{}, { Authorization: 'Bearer x' }]) {
      expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(403);
    }
    expect(room.connections.map(({ connectionId }) => connectionId)).toContain(ConnectionId);
  });

  test('with the credentials of another room', async () => {
    const { ConnectionId } = await connected();
    const stranger = client(room.origin, { accessKeyId: 'AKIAELSEWHERE', secretAccessKey: 'x', sessionToken: 'x' });
    expect(await failure(stranger.getConnection({ ConnectionId }))).toEqual({
      name: 'UnrecognizedClientException',
      status: 403,
    });
  });
});

describe('faults', () => {
  test('fail a share of posts', async () => {
    const { ConnectionId } = await connected();
    const post = () => connections.postToConnection({ ConnectionId, Data: 'x' });
    room.faults.post.throttle = 1;
    expect(await failure(post())).toEqual({ name: 'LimitExceededException', status: 429 });
    room.faults.post = { fail: 1, throttle: 0, gone: 0, delayMs: 0 };
    expect((await failure(post())).status).toBe(500);
    room.faults.post = { fail: 0.5, throttle: 0, gone: 0, delayMs: 0 };
    const results = await Promise.allSettled(Array.from({ length: 100 }, post));
    const failed = results.filter(({ status }) => status === 'rejected').length;
    expect(failed).toBeGreaterThan(30);
    expect(failed).toBeLessThan(70);
  });

  test('hold a post and make it fail', async () => {
    const { client: receiver, ConnectionId } = await connected();
    const order: string[] = [];
    room.faults.beforePost = async ({ data }) => {
      order.push(`before ${data}`);
      await receiver.ask({ action: 'ping' });
      return data === 'fails' ? 500 : undefined;
    };
    expect((await failure(connections.postToConnection({ ConnectionId, Data: 'fails' }))).status).toBe(500);
    await connections.postToConnection({ ConnectionId, Data: 'arrives' });
    expect(await receiver.nextText()).toBe('arrives');
    expect(order).toEqual(['before fails', 'before arrives']);
  });

  test('make a connection half-open: posts succeed and vanish, no message arrives, and its end is not noticed', async () => {
    const events = heard(room);
    const { client: receiver, ConnectionId } = await connected();
    await events.next();
    room.faults.halfOpen.add(ConnectionId);
    const { $metadata } = await connections.postToConnection({ ConnectionId, Data: 'lost' });
    expect($metadata.httpStatusCode).toBe(200);
    receiver.send({ action: 'ping' });
    receiver.socket.close();
    await receiver.closed;
    expect(receiver.unread).toBe(0);
    expect(await connections.getConnection({ ConnectionId })).toHaveProperty('ConnectedAt');
    await connections.deleteConnection({ ConnectionId });
    expect(await events.next()).toMatchObject({ requestContext: { disconnectStatusCode: 1000 } });
  });
});

test('calls are recorded with their callers', async () => {
  const { ConnectionId } = await connected();
  const recording = room.calls.record();
  await room.order({ do: 'post', input: { to: ConnectionId, data: 'x' } });
  await connections.getConnection({ ConnectionId });
  recording.stop();
  const [invocation] = recording.invocations;
  expect(recording.calls).toMatchObject([
    {
      service: 'apigatewaymanagementapi',
      operation: 'PostToConnection',
      function: 'Probe',
      requestId: invocation?.requestId,
      trigger: { source: 'invoke', detail: 'operator' },
      permissions: [{ action: 'execute-api:ManageConnections', resource: 'POST/@connections' }],
      status: 200,
    },
    { operation: 'GetConnection', function: 'operator', status: 200 },
  ]);
});
