import { expect, onTestFinished, test, vi } from 'vitest';
import { scriptedServer } from '../../test/harness/scripted-server.ts';
import { asyncInvoker } from './async-invoker.ts';

test('an invocation that Lambda does not answer is sent again', async () => {
  const { origin, received } = await scriptedServer(['hang', { status: 202 }]);
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('SWEEPER_FUNCTION', 'sweeper');
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', origin);
  await asyncInvoker.invokeSweeper();
  expect(received.map(({ path, headers }) => [path, headers['x-amz-invocation-type']])).toEqual(
    Array(2).fill(['/2015-03-31/functions/sweeper/invocations', 'Event']),
  );
});
