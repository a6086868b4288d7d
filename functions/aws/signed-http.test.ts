import { beforeEach, expect, test, vi } from 'vitest';
import { type Scripted, scriptedServer } from '../../test/harness/scripted-server.ts';
import { HttpError, SignedHttp } from './signed-http.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'token-of-the-role');
  return () => vi.unstubAllEnvs();
});

async function play(
  script: readonly Scripted[],
  options: { maxAttempts?: number; maxSockets?: number; patienceMs?: number } = {},
) {
  const { origin, received } = await scriptedServer(script);
  const client = new SignedHttp({
    ...{ service: 'execute-api', endpoint: `${origin}/prod`, maxSockets: 2, maxAttempts: 3, timeoutMs: 100 },
    ...options,
  });
  return { received, post: (body = 'hello') => client.post({ path: '/@connections/abc%3D', body }) };
}

test("a request is signed with the role's session token and goes below the endpoint's path", async () => {
  const { received, post } = await play([]);
  await post('{"text":"ünicode"}');
  expect(received).toMatchObject([
    {
      path: '/prod/@connections/abc%3D',
      body: '{"text":"ünicode"}',
      headers: {
        'x-amz-security-token': 'token-of-the-role',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/us-east-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
        ),
      },
    },
  ]);
});

test.each<[string, Scripted]>([
  ['throttled', { status: 429 }],
  ['failed by the service', { status: 503 }],
  ['never answered', 'hang'],
  ['cut off', 'reset'],
])('a request that is %s is sent again', async (_, failure) => {
  const { received, post } = await play([failure, failure]);
  await post();
  expect(received.map(({ body }) => body)).toEqual(['hello', 'hello', 'hello']);
});

test('retries end with the last attempt', async () => {
  const { received, post } = await play([{ status: 500 }, { status: 500 }, { status: 429 }, { status: 500 }]);
  await expect(post()).rejects.toMatchObject({ status: 429, isTransient: true });
  expect(received).toHaveLength(3);
});

test('no attempt begins when the patience is over', async () => {
  const { received, post } = await play(['hang', 'hang'], { patienceMs: 0 });
  await expect(post()).rejects.toMatchObject({ status: undefined, isTransient: true });
  expect(received).toHaveLength(1);
});

test.each([400, 403, 410, 413])('status %d is not retried', async (status) => {
  const { received, post } = await play([{ status, headers: { 'x-amzn-errortype': 'Whatever' } }]);
  await expect(post()).rejects.toMatchObject({
    status,
    isTransient: false,
    message: expect.stringContaining('Whatever'),
  });
  expect(received).toHaveLength(1);
});

test('a clock that is off is set by the service, once for all later requests', async () => {
  const ahead = 3_600_000;
  const headers = { 'x-amzn-errortype': 'InvalidSignatureException', date: new Date(Date.now() + ahead).toUTCString() };
  const { received, post } = await play([{ status: 403, headers }]);
  await post();
  await post();
  const signedAt = received.map(({ headers: { 'x-amz-date': date } }) =>
    Date.parse(String(date).replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z')),
  );
  expect(signedAt).toHaveLength(3);
  expect((signedAt[1] ?? 0) - (signedAt[0] ?? 0)).toBeGreaterThan(ahead / 2);
  expect((signedAt[2] ?? 0) - (signedAt[1] ?? 0)).toBeLessThan(ahead / 2);
});

test('a wrong signature under a right clock is not retried', async () => {
  const { received, post } = await play([
    { status: 403, headers: { 'x-amzn-errortype': 'InvalidSignatureException' } },
  ]);
  await expect(post()).rejects.toMatchObject({ status: 403 });
  expect(received).toHaveLength(1);
});

test('sockets are kept alive, and there are at most as many as allowed', async () => {
  const { received, post } = await play([]);
  await Promise.all(Array.from({ length: 10 }, () => post()));
  await post();
  expect(received).toHaveLength(11);
  expect(new Set(received.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
});

test('a service that cannot be reached is an HttpError without a status', async () => {
  // Nothing listens on port 1.
  const endpoint = 'http://127.0.0.1:1';
  const client = new SignedHttp({ service: 'lambda', endpoint, maxSockets: 1, maxAttempts: 2 });
  const failure = await client.post({ path: '/', body: '' }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HttpError);
  expect(failure).toMatchObject({ status: undefined, cause: expect.objectContaining({ code: 'ECONNREFUSED' }) });
});
