import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { bucketResources } from '../fixtures/s3-client.ts';

const origin = 'https://page.example.org';
const rule = {
  AllowedOrigins: [origin, 'https://*.example.net'],
  AllowedMethods: ['GET', 'PUT'],
  AllowedHeaders: ['range', 'x-amz-*'],
  ExposedHeaders: ['ETag', 'Content-Range'],
  MaxAge: 60,
};

let room: ProbeRoom;
beforeAll(async () => {
  const { Store } = bucketResources;
  room = await startProbeRoom({
    Store: { Type: 'AWS::S3::Bucket', Properties: { ...Store?.Properties, CorsConfiguration: { CorsRules: [rule] } } },
    Open: {
      Type: 'AWS::S3::Bucket',
      Properties: { CorsConfiguration: { CorsRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'] }] } },
    },
    Closed: { Type: 'AWS::S3::Bucket', Properties: {} },
  });
});
afterAll(() => room.close());

async function send(method: string, headers: OutgoingHttpHeaders, bucket = 'test-store') {
  const sent = request(`${room.s3Endpoint}/${bucket}/files/a`, { method, headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { statusCode: status } = response;
  const allowed = response.headers['access-control-allow-origin'];
  return { status, allowed, headers: response.headers, body: await text(response) };
}
const preflight = (from: string, method: string, headers?: string, bucket?: string) =>
  send(
    'OPTIONS',
    {
      origin: from,
      'access-control-request-method': method,
      ...(headers !== undefined && { 'access-control-request-headers': headers }),
    },
    bucket,
  );

test('a preflight request that a rule allows says what the page may do', async () => {
  expect(await preflight(origin, 'PUT', 'Range,x-amz-checksum-sha256')).toMatchObject({
    status: 200,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'range, x-amz-checksum-sha256',
      'access-control-expose-headers': 'ETag, Content-Range',
      'access-control-max-age': '60',
    },
  });
  expect((await preflight('https://a.example.net', 'GET')).allowed).toBe('https://a.example.net');
});

test.each([
  ['origin', 'https://evil.example', 'PUT', 'range'],
  ['origin that only begins like an allowed one', `${origin}.evil.example`, 'PUT', 'range'],
  ['scheme', 'http://page.example.org', 'PUT', 'range'],
  ['method', origin, 'DELETE', 'range'],
  ['header', origin, 'PUT', 'range,authorization'],
])('a preflight request with another %s is refused', async (_, from, method, headers) => {
  const answer = await preflight(from, method, headers);
  expect([answer.status, answer.allowed]).toEqual([403, undefined]);
  expect(answer.body).toContain('<Code>AccessForbidden</Code>');
});

test('a rule for every origin admits no credentials', async () => {
  const { headers } = await preflight('https://any.example', 'GET', undefined, 'test-open');
  expect(headers['access-control-allow-origin']).toBe('*');
  expect(headers).not.toHaveProperty('access-control-allow-credentials');
});

test('a bucket without rules refuses every preflight request', async () => {
  expect(await preflight(origin, 'PUT', 'range', 'test-closed')).toMatchObject({
    status: 403,
    body: expect.stringContaining('CORS is not enabled for this bucket'),
  });
});

test('a preflight request without origin or method is malformed', async () => {
  expect((await send('OPTIONS', { 'access-control-request-method': 'GET' })).status).toBe(400);
  expect((await send('OPTIONS', { origin })).status).toBe(400);
});

test('only pages of an allowed origin may read an answer, refusals included', async () => {
  // Without a signature S3 refuses it.
  expect(await send('GET', { origin })).toMatchObject({ status: 403, allowed: origin });
  expect(await send('GET', { origin: 'https://evil.example' })).toMatchObject({ status: 403, allowed: undefined });
  expect(await send('GET', {})).toMatchObject({ status: 403, allowed: undefined });
  expect(await send('DELETE', { origin })).toMatchObject({ status: 403, allowed: undefined });
});
