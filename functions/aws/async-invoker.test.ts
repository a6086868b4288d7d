import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';

test('an invocation that is not answered is made again: what has been committed does not wait for it', async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    asked += 1;
    // The first is left hanging.
    if (asked > 1) response.writeHead(202).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    vi.unstubAllEnvs();
  });
  const address = server.address();
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('SWEEPER_FUNCTION', 'sweeper');
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const { asyncInvoker } = await import('./async-invoker.ts');
  await asyncInvoker.invokeSweeper();
  expect(asked).toBe(2);
}, 15_000);
