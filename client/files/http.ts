import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { proxyFor } from '../room/proxy.ts';
import { TransferError } from './errors.ts';
import type { TransferTiming } from './timing.ts';

/** Something over the network failed that may go well the next time. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

export interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Its bytes must be as many as the Content-Length header says. */
  readonly body?: () => AsyncIterable<Buffer>;
  readonly timing: TransferTiming;
  readonly signal: AbortSignal;
}

/**
 * Sends a request, its body streaming, and resolves with the answer, whose body is the caller's to read. The answer may
 * come before the whole body was sent; nothing more is sent then.
 * @throws {NetworkError | TransferError} or what the body throws, or the signal's reason.
 */
export async function exchange({ url, method, headers, body, timing, signal }: Exchange): Promise<IncomingMessage> {
  const requester = requesterOf(url);
  const proxy = await proxyFor(url);
  signal.throwIfAborted();
  const request = requester(url, {
    agent: proxy?.agent,
    method,
    signal,
    timeout: timing.stall,
    // A body that would not be taken is not sent for nothing, and its refusal is not lost in a broken pipe.
    headers: body ? { ...headers, expect: '100-continue' } : headers,
  });
  let response: IncomingMessage | undefined;
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', (error) => reject(signal.aborted ? signal.reason : asNetworkError(error)));
  });
  request.on('timeout', () => {
    (response ?? request).destroy(new NetworkError(`nothing came or went for ${timing.stall / 1000} seconds`));
  });
  if (body) void sendBody(request, body, answer, timing).catch(() => {});
  else request.end();
  response = await answer;
  // Answered before all was sent: the connection is of no more use.
  response.once('end', () => request.writableFinished || request.destroy());
  return response;
}

function requesterOf(url: string): typeof http.request {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  if (protocol === 'https:') return https.request;
  if (protocol === 'http:') return http.request;
  throw new TransferError('refused', 'The room named a place for the file that this program does not go to.');
}

/** Failures are the request's, which is destroyed by them. */
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
 * Reads the whole body of an answer that is known to be short, up to 64 KB.
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
 * The body of an answer, as it comes.
 * @throws {NetworkError} also when it ends before its announced length.
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
    // Nobody reads the rest.
    if (!response.complete) response.destroy();
  }
}

/** Errors of ours (a body's, a stall) stay what they are; what the socket says is the network's. */
function asNetworkError(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? new NetworkError(error.message, { cause: error }) : error;
}
