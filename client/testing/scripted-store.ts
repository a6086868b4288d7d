import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A test's handler for one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A file store on a real HTTP server. The test prepares the answers, one for each request. */
export class ScriptedStore {
  readonly #server: Server;
  readonly #answers: Answer[] = [];
  /** The requests so far: method, path, and the headers that matter. */
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];

  /** Whether pages of other origins may use the store, as the room's bucket lets its own page. */
  allowsPages = false;

  private constructor() {
    const take: Answer = (request, response) => {
      if (this.allowsPages) response.setHeader('access-control-allow-origin', '*');
      if (this.allowsPages && request.method === 'OPTIONS') {
        const allowed = { 'access-control-allow-methods': 'GET, PUT', 'access-control-allow-headers': '*' };
        return response.writeHead(200, allowed).end();
      }
      this.requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      const answer = this.#answers.shift();
      if (!answer) throw new Error(`unexpected: ${request.method} ${request.url}`);
      return answer(request, response);
    };
    this.#server = createServer(take);
    // The prepared answer decides whether to send `100 Continue`.
    this.#server.on('checkContinue', take);
  }

  static async start(): Promise<ScriptedStore> {
    const store = new ScriptedStore();
    store.#server.listen(0, '127.0.0.1');
    await once(store.#server, 'listening');
    return store;
  }

  /** The URL of a file in the store. */
  url(path = '/file'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  expect(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }

  /** Prepared answers that no request has used. */
  get left(): number {
    return this.#answers.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Accepts a whole upload. */
export const take =
  (taken: (body: Buffer) => void = () => {}): Answer =>
  async (request, response) => {
    response.writeContinue();
    taken(await buffer(request));
    response.writeHead(200).end();
  };

/** Refuses as S3 does, without requesting the body. */
export const refuse =
  (status: number, code: string): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`);
  };

/** Closes the connection after this many bytes of an upload. */
export const hangUpAfter =
  (bytes: number): Answer =>
  (request, response) => {
    response.writeContinue();
    let length = 0;
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length >= bytes) request.socket.destroy();
    });
  };

/** Returns a content, or the requested range of it. With a limit, closes the connection after that many bytes. */
export const give =
  (content: Buffer, { most = Number.POSITIVE_INFINITY, ranges = true } = {}): Answer =>
  (request, response) => {
    const [, from] = (ranges && /^bytes=(\d+)-$/.exec(request.headers.range ?? '')) || [];
    const rest = content.subarray(Number(from ?? 0));
    response.writeHead(from === undefined ? 200 : 206, {
      'content-length': rest.length,
      ...(from !== undefined && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    if (most >= rest.length) response.end(rest);
    else response.write(rest.subarray(0, most), () => setTimeout(() => request.socket.destroy(), 20));
  };

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
