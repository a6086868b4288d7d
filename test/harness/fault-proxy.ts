import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { type WebSocket, WebSocket as WebSocketClient, WebSocketServer } from 'ws';
import { deferred } from '../../client/room/deferred.ts';

/** A request of a client, to the room or to its file store, that a test can intercept. */
export type InterceptPoint = 'file' | 'fileget' | 'filedone' | 'filedecline' | 'PUT' | 'GET';

/**
 * When a request is intercepted: before any of it is forwarded, after half of its bytes, after it was carried out but
 * before its answer is forwarded, or after the answer was forwarded.
 */
export type Stage = 'before' | 'half' | 'unanswered' | 'after';

interface Stop {
  readonly point: InterceptPoint;
  readonly stage: Stage;
  reached(): Promise<void>;
}

type Frame = Record<string, unknown>;

/**
 * A proxy between clients and a room with its file store and its page. It forwards everything, and replaces only the
 * addresses. A test can hold or cut a request at a chosen stage.
 */
export class FaultProxy {
  readonly #room: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #stops: Stop[] = [];
  #store = '';
  /** Bytes of files forwarded, in each direction. */
  bytes = { put: 0, got: 0 };

  private constructor(room: string) {
    this.#room = room;
    this.#server = createServer((request, response) => void this.#http(request, response, () => {}));
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
      this.#http(request, response, () => response.writeContinue()),
    );
    this.#sockets = new WebSocketServer({ server: this.#server });
    this.#sockets.on('connection', (socket) => this.#relay(socket));
  }

  static async open(room: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(room);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `ws://${this.#host}`;
  }

  /** Holds the next such request at a stage, until the promise that `reached` returns resolves. */
  stopAt(point: InterceptPoint, stage: Stage, reached: () => Promise<void>): void {
    this.#stops.push({ point, stage, reached });
  }

  /**
   * Holds the next such request at a stage. `reached` resolves when it gets there. `release` lets it go on. `cut`, at
   * the stage `half`, drops the rest of its bytes instead.
   */
  hold(point: InterceptPoint, stage: Stage): { reached: Promise<void>; release: () => void; cut: () => void } {
    const reached = deferred<void>();
    const released = deferred<void>();
    this.stopAt(point, stage, () => {
      reached.resolve();
      return released.promise;
    });
    return { reached: reached.promise, release: released.resolve, cut: () => released.reject(new Error('cut')) };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #intercept(point: unknown, stage: Stage): Promise<void> {
    const index = this.#stops.findIndex((stop) => stop.point === point && stop.stage === stage);
    const [stop] = index < 0 ? [] : this.#stops.splice(index, 1);
    await stop?.reached();
  }

  #relay(client: WebSocket): void {
    const room = new WebSocketClient(this.#room, { perMessageDeflate: false });
    const opened = once(room, 'open');
    // Keep the order of frames in each direction while one of them is held.
    let toRoom: Promise<unknown> = opened;
    let toClient: Promise<unknown> = Promise.resolve();
    const end = (other: WebSocket) => (code: number) => {
      if (code >= 1000 && code !== 1005 && code !== 1006) other.close(code);
      else other.terminate();
    };
    client.on('message', (data) => {
      toRoom = toRoom.then(async () => {
        await this.#intercept((JSON.parse(String(data)) as Frame)['action'], 'before');
        if (client.readyState === client.OPEN) room.send(String(data));
      });
      toRoom.catch(() => {});
    });
    room.on('message', (data) => {
      toClient = toClient.then(async () => {
        const frame = JSON.parse(String(data)) as Frame;
        const action = frame['type'] === 'reply' ? frame['action'] : undefined;
        await this.#intercept(action, 'unanswered');
        client.send(JSON.stringify(this.#redirect(frame)));
        await this.#intercept(action, 'after');
      });
    });
    client.on('close', end(room)).on('error', () => {});
    room.on('close', end(client)).on('error', () => client.terminate());
  }

  /** Replaces the store's address in a reply by the proxy's. */
  #redirect(frame: Frame): Frame {
    const { url } = frame;
    if (typeof url !== 'string') return frame;
    const { origin } = new URL(url);
    this.#store = origin;
    return { ...frame, url: url.replace(origin, `http://${this.#host}`) };
  }

  async #http(request: IncomingMessage, response: ServerResponse, giveLeave: () => void): Promise<void> {
    const { method, url = '/', headers } = request;
    // Only an address of the store has a query. The web page must see the address by which it was reached.
    const isForStore = url.includes('?');
    const origin = isForStore ? this.#store : this.#room.replace(/^ws/, 'http');
    const point = isForStore ? method : undefined;
    const isUpload = point === 'PUT';
    request.on('error', () => {});
    await this.#intercept(point, 'before');
    if (request.destroyed) return;
    const forwarded = httpRequest(`${origin}${url}`, {
      method,
      headers: { ...headers, ...(isForStore && { host: new URL(origin).host }) },
      agent: false,
    });
    response.on('close', () => response.writableFinished || forwarded.destroy());
    forwarded.on('error', () => response.destroy());
    const forward = () =>
      this.#copy(request, forwarded, point, isUpload, (bytes) => {
        this.bytes.put += bytes;
      });
    forwarded.on('continue', () => {
      giveLeave();
      void forward();
    });
    if (!isUpload) forwarded.end();
    // A browser does not wait for leave.
    else if (headers.expect === undefined) void forward();
    else forwarded.flushHeaders();
    const [answer] = (await once(forwarded, 'response').catch(() => [])) as [IncomingMessage?];
    if (!answer) return;
    if (isUpload) await this.#intercept(point, 'unanswered');
    if (response.destroyed) return;
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    const isContent = !isUpload && (answer.statusCode ?? 500) < 300;
    await this.#copy(answer, response, point, isContent, (bytes) => {
      if (isContent) this.bytes.got += bytes;
    });
    await this.#intercept(point, 'after');
  }

  /** Forwards a body, and can be held at half of it. */
  async #copy(
    from: IncomingMessage,
    to: Writable,
    point: unknown,
    stops: boolean,
    count: (bytes: number) => void,
  ): Promise<void> {
    const half = Number(from.headers['content-length'] ?? 0) / 2;
    let passed = 0;
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        const before = passed;
        passed += chunk.length;
        count(chunk.length);
        if (!to.write(chunk)) await once(to, 'drain');
        if (stops && before < half && passed >= half) await this.#intercept(point, 'half');
      }
      to.end();
    } catch {
      // One end is gone, or the transfer was cut.
      from.destroy();
      to.destroy();
    }
  }
}
