import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpApi } from '../fixtures/assembly.ts';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';

let room: ProbeRoom;
beforeAll(async () => {
  room = await startProbeRoom(httpApi({ rate: 1, burst: 40 }, { TimeoutInMillis: 3000 }), { throttling: true });
});
afterAll(() => room.close());

/** Sends a request. The probe answers with the event that it gets, or with the `returns` in the body. */
async function send(path: string, { method = 'GET', headers = {}, body = '' } = {}) {
  const sent = request(room.origin + path, { method, headers }).end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}
const returned = (returns: unknown) => send('/', { method: 'POST', body: JSON.stringify({ returns }) });

describe('the event', () => {
  test("has API Gateway's payload format 2.0", async () => {
    const { status, headers, body } = await send('/a/b%20c?x=1&y', { headers: { Accept: ['a/b', 'c/d'] as never } });
    expect([status, headers['apigw-requestid']]).toEqual([200, expect.any(String)]);
    expect(JSON.parse(body)).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/a/b%20c',
      rawQueryString: 'x=1&y',
      queryStringParameters: { x: '1', y: '' },
      headers: expect.objectContaining({
        accept: 'a/b, c/d',
        host: new URL(room.origin).host,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
      }),
      requestContext: {
        accountId: '000000000000',
        apiId: room.stack.httpApi?.id,
        domainName: room.stack.httpApi?.domainName,
        domainPrefix: room.stack.httpApi?.id,
        http: { method: 'GET', path: '/a/b%20c', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
        requestId: headers['apigw-requestid'],
        routeKey: '$default',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:[\d:]{8} \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
  });

  test('has the body in base64', async () => {
    const { body } = await send('/', { method: 'PUT', body: '{}' });
    expect(JSON.parse(body)).toMatchObject({ body: 'e30=', isBase64Encoded: true });
  });
});

describe('the response', () => {
  test("is the function's", async () => {
    const headers = { 'content-type': 'text/plain', 'x-own': 'yes' };
    expect(await returned({ statusCode: 418, headers, body: 'short' })).toMatchObject({
      status: 418,
      headers: { ...headers, 'content-length': '5' },
      body: 'short',
    });
    expect(await returned({ statusCode: 200, body: 'c2hvcnQ=', isBase64Encoded: true })).toMatchObject({
      body: 'short',
    });
  });

  test("has the room's address in place of those in the cloud, as the client reaches it", async () => {
    const { api, httpApi: http } = room.stack;
    const body = `wss://${api.domainName}/prod https://${http?.domainName}/`;
    const host = new URL(room.origin).host.replace('127.0.0.1', 'localhost');
    const answer = await send('/', {
      method: 'POST',
      headers: { host },
      body: JSON.stringify({ returns: { statusCode: 200, headers: { 'x-own': body }, body } }),
    });
    expect(answer.body).toBe(`ws://${host}/prod http://${host}/`);
    expect(answer.headers['x-own']).toBe(answer.body);
  });

  test.each([
    ['a result without a status', { body: 'x' }],
    ['null', null],
  ])('to %s is 500', async (_, result) => {
    expect(await returned(result)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  });

  test('to an error is 500, and to a timeout 503', async () => {
    const order = (name: string, input: unknown) =>
      send('/', { method: 'POST', body: JSON.stringify({ do: name, input }) });
    expect((await order('throw', 'no')).status).toBe(500);
    expect(await order('wait', 4_000)).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
  });
});

test('requests above the throttle get 429 and run no function', async () => {
  const recording = room.calls.record();
  const answers = await Promise.all(Array.from({ length: 60 }, () => send('/')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.body).toBe('{"message":"Too Many Requests"}');
  // The last ones may be recorded after their answers.
  await expect.poll(() => recording.invocations.length).toBe(answers.length - refused.length);
  recording.stop();
});

describe('other requests on the port', () => {
  test('go to their services', async () => {
    expect((await send('/health')).body).toContain('"ws"');
    expect((await send('/prod')).status).toBe(426);
  });

  test('are refused if the Host header does not name this room', async () => {
    expect((await send('/', { headers: { host: 'evil.example' } })).status).toBe(403);
  });
});

test("the room's own addresses are the origin of the page; others stay as they are", async () => {
  const { host } = new URL(room.origin);
  const own = `https://${room.stack.httpApi?.domainName}`;
  const port = host.split(':')[1];
  const seen = async (origin: string, hostHeader = host) => {
    const client = await room.connect('/', { headers: { origin, host: hostHeader } });
    const found = room.connections.at(-1)?.headers['Origin'] ?? room.connections.at(-1)?.headers['origin'];
    client.socket.terminate();
    await client.closed;
    return found?.[0];
  };
  for (const origin of [`http://${host}`, `http://localhost:${port}`]) expect(await seen(origin), origin).toBe(own);
  for (const origin of [
    'http://evil.example',
    'http://localhost:1',
    `https://${host}`,
    'null',
    `http://evil.example:${port}`,
  ])
    expect(await seen(origin), origin).toBe(origin);
});
