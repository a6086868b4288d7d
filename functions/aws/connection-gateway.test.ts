import { beforeEach, expect, test, vi } from 'vitest';
import { scriptedServer } from '../../test/harness/scripted-server.ts';
import { connectionGateway } from './connection-gateway.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  return () => vi.unstubAllEnvs();
});

const always = (status: number) => Array.from({ length: 10 }, () => ({ status }));

test.each([
  { status: 200, outcome: 'sent', attempts: 1, logged: 0 },
  { status: 410, outcome: 'gone', attempts: 1, logged: 0 },
  // Throttled, or the client reads too slowly.
  { status: 429, outcome: 'failed', attempts: 4, logged: 1 },
  { status: 500, outcome: 'failed', attempts: 4, logged: 1 },
  { status: 413, outcome: 'rejected', attempts: 1, logged: 1 },
  { status: 403, outcome: 'rejected', attempts: 1, logged: 1 },
])('status $status is $outcome after $attempts attempt(s), and logged $logged time(s)', async (expected) => {
  const { origin, received } = await scriptedServer(always(expected.status));
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `${origin}/prod`);
  const logError = vi.fn();
  expect(await connectionGateway(logError).post('PJqB0fHsqRcCHlw=', '{}')).toBe(expected.outcome);
  expect(received.map(({ path }) => path)).toEqual(
    Array(expected.attempts).fill('/prod/@connections/PJqB0fHsqRcCHlw%3D'),
  );
  expect(logError).toHaveBeenCalledTimes(expected.logged);
});

test.each(['close', 'isOpen'] as const)('%s makes two attempts, because a command waits for it', async (call) => {
  const { origin, received } = await scriptedServer(always(500));
  vi.stubEnv('AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI', `${origin}/prod`);
  await expect(connectionGateway(vi.fn())[call]('PJqB0fHsqRcCHlw=')).rejects.toThrow();
  expect(received).toHaveLength(2);
});
