import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A status and headers to answer with; `hang` never answers, `reset` closes the socket. */
export type Scripted = 'hang' | 'reset' | { readonly status: number; readonly headers?: Record<string, string> };

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The client's port: the same for requests over the same socket. */
  readonly port: number | undefined;
}

/** An HTTP server. It answers by a script, then with 200. It closes when the test has finished. */
export async function scriptedServer(script: readonly Scripted[]): Promise<{ origin: string; received: Received[] }> {
  const received: Received[] = [];
  const left = [...script];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    received.push({ path: request.url ?? '', headers: request.headers, body, port: request.socket.remotePort });
    answer(response, left.shift() ?? { status: 200 });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function answer(response: ServerResponse, how: Scripted): void {
  if (how === 'hang') return;
  if (how === 'reset') response.destroy();
  else response.writeHead(how.status, { 'content-length': 0, ...how.headers }).end();
}
