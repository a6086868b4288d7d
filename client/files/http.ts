import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { proxyFor } from '../room/proxy.ts';
import { NetworkError } from './errors.ts';
import type { TransferTiming } from './timing.ts';

export interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Its length must match the Content-Length header. */
  readonly body?: () => AsyncIterable<Buffer>;
  readonly timing: TransferTiming;
  readonly signal: AbortSignal;
}

/**
 * Sends a request with a streamed body. Resolves with the response; the caller reads its body. If the response arrives
 * before the whole body was sent, the rest is not sent.
 * @throws {NetworkError}, the error of the body, or the signal's reason.
 */
export async function exchange({ url, method, headers, body, timing, signal }: Exchange): Promise<IncomingMessage> {
  const requester = new URL(url).protocol === 'https:' ? https.request : http.request;
  const proxy = await proxyFor(url);
  signal.throwIfAborted();
  const request = requester(url, {
    agent: proxy?.agent,
    method,
    signal,
    timeout: timing.stall,
    // Wait for `100 Continue`, so that a refused body is not sent, and the refusal is not lost in a broken pipe.
    headers: body ? { ...headers, expect: '100-continue' } : headers,
  });
  let response: IncomingMessage | undefined;
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', (error) => reject(signal.aborted ? signal.reason : asNetworkError(error)));
  });
  request.on('timeout', () => {
    (response ?? request).destroy(new NetworkError(`no data was transferred for ${timing.stall / 1000} seconds`));
  });
  if (body) void sendBody(request, body, answer, timing).catch(() => {});
  else request.end();
  response = await answer;
  // The response came before the whole body was sent, so the connection cannot be reused.
  response.once('end', () => request.writableFinished || request.destroy());
  return response;
}

/** An error of the body destroys the request, which reports it. */
async function sendBody(
  request: ClientRequest,
  body: () => AsyncIterable<Buffer>,
  answer: Promise<unknown>,
  timing: TransferTiming,
): Promise<void> {
  request.flushHeaders();
  const waiting = new AbortController();
  const leave = await Promise.race([
    once(request, 'continue', { signal: waiting.signal }).then(() => true),
    sleep(timing.leave, true, { signal: waiting.signal }),
    answer.then(() => false),
  ]).finally(() => waiting.abort());
  if (leave) await pipeline(body, request);
}

/**
 * Reads the whole body of a short response, up to 64 KB.
 * @throws {NetworkError}
 */
export async function readShort(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bodyOf(response)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 64 * 1024) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The body of a response, chunk by chunk.
 * @throws {NetworkError} also if it ends before its announced length.
 */
export async function* bodyOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => {
        throw asNetworkError(error);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Drop the rest.
    if (!response.complete) response.destroy();
  }
}

/** Converts an error of the socket. Errors of this module and of the body pass unchanged. */
function asNetworkError(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? new NetworkError(error.message, { cause: error }) : error;
}
