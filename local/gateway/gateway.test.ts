import { request } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { lambdaRoute, mockRoute, probeFunction } from '../fixtures/assembly.ts';
import { heard, type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';

const handshake = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const id = expect.stringMatching(/^[\w-]{15}=$/);

describe('an API with $default', () => {
  let room: ProbeRoom;
  beforeAll(async () => {
    room = await startProbeRoom({
      ...lambdaRoute('$default', 'Probe', true),
      ...lambdaRoute('two-way', 'Probe', true),
      ...lambdaRoute('one-way', 'Probe', false),
      Hasty: probeFunction({ Timeout: 30 }),
      ...lambdaRoute('hasty', 'Hasty', true, { TimeoutInMillis: 300 }),
      ...mockRoute('ping', '{"type":"pong"}'),
      ...mockRoute('quiet', '{"type":"unheard"}', false),
    });
  });
  afterEach(() => room.faults.reset());
  afterAll(() => room.close());

  describe('routes a message', () => {
    test.each([
      ['by the key in its body', '{"action":"two-way"}', 'two-way'],
      ['that names no route to $default', '{"action":"nowhere"}', '$default'],
      ['that is not JSON to $default', 'hello', '$default'],
      ['that is an array to $default', '[{"action":"two-way"}]', '$default'],
      ['whose key is inherited to $default', '{"action":"constructor"}', '$default'],
      ['whose key is no string to $default', '{"action":7}', '$default'],
      ['that names $connect to that route', '{"action":"$connect"}', '$connect'],
    ])('%s', async (_, body, routeKey) => {
      const client = await room.connect();
      const recording = room.calls.record();
      client.send(body);
      if (routeKey !== '$connect') {
        expect(await client.next()).toMatchObject({ requestContext: { routeKey, eventType: 'MESSAGE' } });
      } else {
        // The route is one-way, so only the trigger of the invocation shows the route.
        await client.ask({ action: 'ping' });
        await expect
          .poll(() => recording.invocations.at(-1)?.trigger)
          .toEqual({
            source: 'gateway',
            detail: '$connect',
            eventType: 'MESSAGE',
          });
      }
      recording.stop();
    });
  });

  test('a message event has its context, id and body, and no headers', async () => {
    const client = await room.connect('/?ignored=later', { headers: { 'User-Agent': 'probe/1' } });
    const body = '{"action":"two-way", "text":"ö"}';
    const event = await client.ask(body);
    expect(event).toEqual({
      requestContext: {
        routeKey: 'two-way',
        eventType: 'MESSAGE',
        messageId: id,
        extendedRequestId: id,
        requestId: event.requestContext?.extendedRequestId,
        requestTime: expect.stringMatching(/^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/),
        messageDirection: 'IN',
        stage: 'prod',
        connectedAt: expect.any(Number),
        requestTimeEpoch: expect.any(Number),
        identity: { sourceIp: '127.0.0.1', userAgent: 'probe/1' },
        domainName: expect.stringMatching(/^[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
        connectionId: id,
        apiId: expect.stringMatching(/^[a-z0-9]{10}$/),
      },
      body,
      isBase64Encoded: false,
    });
    const again = await client.ask(body);
    const { connectedAt, connectionId } = event.requestContext ?? {};
    expect(again).toMatchObject({ requestContext: { connectedAt, connectionId } });
  });

  test('a connect event has headers, the query if there is one, and no body', async () => {
    const events = heard(room);
    await room.connect('/prod?tag=a&tag=b', { headers: { 'X-Probe': 'yes' } });
    const event = await events.next();
    expect(event).toMatchObject({
      headers: { 'X-Probe': 'yes', 'X-Forwarded-For': '127.0.0.1' },
      multiValueHeaders: { 'X-Probe': ['yes'] },
      queryStringParameters: { tag: 'b' },
      multiValueQueryStringParameters: { tag: ['a', 'b'] },
      requestContext: { routeKey: '$connect', eventType: 'CONNECT', messageDirection: 'IN' },
      isBase64Encoded: false,
    });
    expect(event).not.toHaveProperty('body');
    await room.connect();
    expect(await events.next()).not.toHaveProperty('queryStringParameters');
  });

  test('a header or parameter may have the name of an inherited property', async () => {
    const client = await room.connect('/?__proto__=x&constructor=y', {
      headers: { constructor: 'z', ['__proto__']: 'z' },
    });
    expect(await client.ask('{"action":"two-way"}')).toMatchObject({ requestContext: { eventType: 'MESSAGE' } });
  });

  describe('an invalid response of a function', () => {
    test.each([
      ['null', null],
      ['unknown keys', { statusCode: 200, body: 'x', more: 1 }],
      ['no status', { body: 'x' }],
      ['a body that is not a string', { statusCode: 200, body: { a: 1 } }],
      ['a string', 'hello'],
    ])('(%s) gives an error frame, and the socket stays open', async (_, returns) => {
      const client = await room.connect();
      for (const action of ['two-way', 'one-way']) {
        expect(await client.ask({ action, returns })).toEqual({
          message: 'Internal server error',
          connectionId: id,
          requestId: id,
        });
      }
      expect(await client.ask({ action: 'ping' })).toEqual({ type: 'pong' });
    });

    test('(an exception) gives an error frame', async () => {
      const client = await room.connect();
      const frame = await client.ask({ action: 'two-way', do: 'throw', input: 'on purpose' });
      expect(frame).toMatchObject({ message: 'Internal server error', requestId: id });
    });

    test('(after the timeout) gives a timeout frame', async () => {
      const client = await room.connect();
      const frame = await client.ask({ action: 'hasty', do: 'wait', input: 1_000 });
      expect(frame).toEqual({ message: 'Endpoint request timed out', connectionId: id, requestId: id });
    });
  });

  test('a two-way route sends the body as it is, even an empty one; a one-way route sends nothing', async () => {
    const client = await room.connect();
    client.send({ action: 'two-way', returns: { statusCode: 500, body: 'not {JSON}' } });
    expect(await client.nextText()).toBe('not {JSON}');
    client.send({ action: 'two-way', returns: { statusCode: 200 } });
    expect(await client.nextText()).toBe('');
    const recording = room.calls.record();
    client.send({ action: 'quiet' });
    client.send({ action: 'one-way', returns: { statusCode: 200, body: 'unheard' } });
    await expect.poll(() => recording.invocations).toHaveLength(1);
    recording.stop();
    expect(await client.ask({ action: 'ping' })).toEqual({ type: 'pong' });
    expect(client.unread).toBe(0);
  });

  test("a connection's messages are handled concurrently", async () => {
    const client = await room.connect();
    // Longer than the cold start of a second environment on a busy machine.
    client.send({ action: 'two-way', do: 'wait', input: 2_000 });
    client.send({ action: 'two-way', do: 'context' });
    expect(await client.next()).toHaveProperty('awsRequestId');
    expect(await client.next()).toBeNull();
  });

  test('a MOCK integration runs no function', async () => {
    const client = await room.connect();
    const recording = room.calls.record();
    expect(await client.ask({ action: 'ping' })).toEqual({ type: 'pong' });
    recording.stop();
    expect(recording.invocations).toEqual([]);
    expect(recording.frames).toMatchObject([
      { direction: 'in', routeKey: 'ping', bytes: 17 },
      { direction: 'out', bytes: 15 },
    ]);
  });

  describe('$connect', () => {
    test.each([
      ['passes a refusal through', 'status=503', '503'],
      ['passes any other status through', 'status=302', '302'],
      ['answers 502 if the function throws', 'fails=no', '502'],
    ])('%s', async (_, query, status) => {
      await expect(room.connect(`/?${query}`)).rejects.toThrow(status);
    });

    test('does not forward the body', async () => {
      const body = await new Promise<string>((resolve, reject) => {
        const outgoing = request(`${room.origin}/?status=429`, { headers: handshake });
        outgoing.on('response', async (response) => {
          expect(response.statusCode).toBe(429);
          resolve((await response.toArray()).join(''));
        });
        outgoing.on('error', reject).end();
      });
      expect(body).toBe('');
    });

    test('opens the connection for any 2xx status', async () => {
      const client = await room.connect('/?status=204');
      expect(await client.ask({ action: 'ping' })).toEqual({ type: 'pong' });
    });

    test('does not run for a request that is not a WebSocket handshake', async () => {
      const recording = room.calls.record();
      expect((await fetch(room.origin)).status).toBe(426);
      expect((await fetch(`${room.origin}/prod`)).status).toBe(426);
      await expect(room.connect('/elsewhere')).rejects.toThrow('403');
      recording.stop();
      expect(recording.invocations).toEqual([]);
    });

    test('is followed by $disconnect if the client leaves before the response', async () => {
      const events = heard(room);
      const { socket } = await rawHandshake(`${room.origin}/?slow=200`);
      await events.next();
      socket.destroy();
      expect(await events.next()).toMatchObject({
        requestContext: { eventType: 'DISCONNECT', disconnectStatusCode: 1006 },
      });
    });
  });

  describe('$disconnect', () => {
    test.each([
      ['a close without a code', (s: WebSocketLike) => s.close(), 1005, 'Client-side close frame status not set'],
      ['a close with a code', (s: WebSocketLike) => s.close(1000, 'bye'), 1000, 'bye'],
      ['a page that the user leaves', (s: WebSocketLike) => s.close(1001), 1001, ''],
      ['a lost connection', (s: WebSocketLike) => s.terminate(), 1006, ''],
    ])('reports %s', async (_, leave, disconnectStatusCode, disconnectReason) => {
      const events = heard(room);
      const client = await room.connect();
      await events.next();
      leave(client.socket);
      const event = await events.next();
      expect(event).toMatchObject({
        headers: { 'x-api-key': '' },
        requestContext: { routeKey: '$disconnect', eventType: 'DISCONNECT', disconnectStatusCode, disconnectReason },
      });
      expect(event).not.toHaveProperty('body');
    });

    test.each([
      ['binary frames', 1003, (s: WebSocketLike) => s.send(Buffer.from('{}'))],
      ['a frame over 32 KB', 1009, (s: WebSocketLike) => s.send('x'.repeat(32 * 1024 + 1))],
    ])('reports a connection closed for %s, which reach no function', async (_, code, send) => {
      const events = heard(room);
      const client = await room.connect();
      await events.next();
      const recording = room.calls.record();
      send(client.socket);
      expect((await client.closed).code).toBe(code);
      expect(await events.next()).toMatchObject({ requestContext: { disconnectStatusCode: code } });
      recording.stop();
      expect(recording.frames).toEqual([]);
    });

    test('can be lost, repeated and delayed', async () => {
      const events = heard(room);
      room.faults.disconnect.drop = 1;
      const first = await room.connect();
      const { requestContext } = await events.next();
      first.socket.close(4000);
      await expect
        .poll(() => room.connections.map((open) => open.connectionId))
        .not.toContain(requestContext?.connectionId);
      room.faults.disconnect = { drop: 0, late: 1, delayMs: 50, double: 1 };
      const second = await room.connect();
      await events.next();
      second.socket.close(4001);
      expect(await events.next()).toMatchObject({ requestContext: { disconnectStatusCode: 4001 } });
      expect(await events.next()).toMatchObject({ requestContext: { disconnectStatusCode: 4001 } });
    });
  });

  test('a message of 128 KB in frames of 32 KB is accepted, a larger one is not', async () => {
    const client = await room.connect();
    const frames = (text: string) => {
      for (let at = 0; at < text.length; at += 32 * 1024) {
        client.socket.send(text.slice(at, at + 32 * 1024), { fin: at + 32 * 1024 >= text.length });
      }
    };
    const whole = JSON.stringify({ action: 'two-way', do: 'context' });
    frames(whole.padEnd(128 * 1024));
    expect(await client.next()).toHaveProperty('awsRequestId');
    frames(whole.padEnd(128 * 1024 + 1));
    expect((await client.closed).code).toBe(1009);
  });
});

test('without $default, a message without a route is forbidden, and the socket stays open', async () => {
  const room = await startProbeRoom({ ...mockRoute('ping', 'pong') });
  onTestFinished(() => room.close());
  const client = await room.connect();
  expect(await client.ask({ action: 'nowhere' })).toEqual({ message: 'Forbidden', connectionId: id, requestId: id });
  client.send({ action: 'ping' });
  expect(await client.nextText()).toBe('pong');
});

describe('the limits of a connection:', () => {
  const minute = 60_000;
  let room: ProbeRoom;
  beforeAll(async () => {
    room = await startProbeRoom(mockRoute('ping', '{}'));
  });
  afterAll(() => room.close());

  test('an idle connection is closed after ten minutes', async () => {
    const events = heard(room);
    const client = await room.connect();
    room.clock.forward(9 * minute);
    await client.ask({ action: 'ping' });
    room.clock.forward(9 * minute);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    room.clock.forward(minute);
    expect(await client.closed).toEqual({ code: 1001, reason: 'Going away' });
    await events.next();
    const { requestContext } = await events.next();
    expect(requestContext).toMatchObject({ disconnectStatusCode: 1001, disconnectReason: 'Going away' });
  });

  test('a busy connection is closed after two hours', async () => {
    const client = await room.connect();
    for (let minutes = 5; minutes < 120; minutes += 5) {
      room.clock.forward(5 * minute);
      await client.ask({ action: 'ping' });
    }
    room.clock.forward(5 * minute);
    expect((await client.closed).code).toBe(1001);
  });
});

type WebSocketLike = Awaited<ReturnType<ProbeRoom['connect']>>['socket'];

/** Sends an upgrade request and returns its socket before the response. */
function rawHandshake(url: string): Promise<{ socket: Socket }> {
  return new Promise((resolve) => {
    const outgoing = request(url, { headers: handshake });
    outgoing.on('error', () => undefined);
    outgoing.on('socket', (socket) => resolve({ socket })).end();
  });
}
