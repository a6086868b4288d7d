import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocket as WebSocketClient, WebSocketServer } from 'ws';
import { deferred } from '../../client/room/deferred.ts';

/** Something that a client asks of the room or of its store. */
export type Passage = 'file' | 'fileget' | 'filedone' | 'filedecline' | 'PUT' | 'GET';

/**
 * How far it has got: asked for, nothing passed on; half of the bytes passed on; carried out, but its answer not passed
 * on; answered.
 */
export type Stage = 'before' | 'half' | 'unanswered' | 'after';

interface Stop {
  readonly passage: Passage;
  readonly stage: Stage;
  reached(): Promise<void>;
}

type Frame = Record<string, unknown>;

/**
 * Stands between clients and a room with its store, and passes everything on as it is, but for the addresses in it. A test can have
 * it stop at a moment, for as long as it takes, and then find out what becomes of it.
 */
export class TollGate {
  readonly #room: string;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;
  readonly #stops: Stop[] = [];
  #store = '';
  /** Bytes of files passed on, either way. */
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

  static async open(room: string): Promise<TollGate> {
    const gate = new TollGate(room);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get url(): string {
    return `ws://${this.#host}`;
  }

  /** Stops once at a moment, until the returned promise's callback's own has resolved. */
  stopAt(passage: Passage, stage: Stage, reached: () => Promise<void>): void {
    this.#stops.push({ passage, stage, reached });
  }

  /**
   * Holds one passage at a moment: `reached` resolves when it is there; nothing goes on before `release`. Instead of that a half may
   * be `cut`: what the network holds of the rest never gets through, however much its sender had handed to it.
   */
  hold(passage: Passage, stage: Stage): { reached: Promise<void>; release: () => void; cut: () => void } {
    const reached = deferred<void>();
    const released = deferred<void>();
    this.stopAt(passage, stage, () => {
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

  async #pass(passage: unknown, stage: Stage): Promise<void> {
    const index = this.#stops.findIndex((stop) => stop.passage === passage && stop.stage === stage);
    const [stop] = index < 0 ? [] : this.#stops.splice(index, 1);
    await stop?.reached();
  }

  #relay(client: WebSocket): void {
    const room = new WebSocketClient(this.#room, { perMessageDeflate: false });
    const opened = once(room, 'open');
    // In each direction one frame after the other, whatever they wait for.
    let toRoom: Promise<unknown> = opened;
    let toClient: Promise<unknown> = Promise.resolve();
    const end = (other: WebSocket) => (code: number) => {
      if (code >= 1000 && code !== 1005 && code !== 1006) other.close(code);
      else other.terminate();
    };
    client.on('message', (data) => {
      toRoom = toRoom.then(async () => {
        await this.#pass((JSON.parse(String(data)) as Frame)['action'], 'before');
        if (client.readyState === client.OPEN) room.send(String(data));
      });
      toRoom.catch(() => {});
    });
    room.on('message', (data) => {
      toClient = toClient.then(async () => {
        const frame = JSON.parse(String(data)) as Frame;
        const action = frame['type'] === 'reply' ? frame['action'] : undefined;
        await this.#pass(action, 'unanswered');
        client.send(JSON.stringify(this.#redirect(frame)));
        await this.#pass(action, 'after');
      });
    });
    client.on('close', end(room)).on('error', () => {});
    room.on('close', end(client)).on('error', () => client.terminate());
  }

  /** The store's address in a reply becomes the gate's. */
  #redirect(frame: Frame): Frame {
    const { url } = frame;
    if (typeof url !== 'string') return frame;
    const { origin } = new URL(url);
    this.#store = origin;
    return { ...frame, url: url.replace(origin, `http://${this.#host}`) };
  }

  async #http(request: IncomingMessage, response: ServerResponse, giveLeave: () => void): Promise<void> {
    const passage = request.method;
    const isUpload = passage === 'PUT';
    request.on('error', () => {});
    await this.#pass(passage, 'before');
    if (request.destroyed) return;
    const { host } = new URL(this.#store);
    const forwarded = httpRequest(`${this.#store}${request.url}`, {
      method: passage,
      headers: { ...request.headers, host },
      agent: false,
    });
    response.on('close', () => response.writableFinished || forwarded.destroy());
    forwarded.on('error', () => response.destroy());
    forwarded.on('continue', async () => {
      giveLeave();
      await this.#copy(request, forwarded, passage, isUpload, (bytes) => {
        this.bytes.put += bytes;
      });
    });
    if (!isUpload) forwarded.end();
    else forwarded.flushHeaders();
    const [answer] = (await once(forwarded, 'response').catch(() => [])) as [IncomingMessage?];
    if (!answer) return;
    if (isUpload) await this.#pass(passage, 'unanswered');
    if (response.destroyed) return;
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    const isContent = !isUpload && (answer.statusCode ?? 500) < 300;
    await this.#copy(answer, response, passage, isContent, (bytes) => {
      if (isContent) this.bytes.got += bytes;
    });
    await this.#pass(passage, 'after');
  }

  /** Passes a body on, stopping at its half. */
  async #copy(
    from: IncomingMessage,
    to: NodeJS.WritableStream,
    passage: unknown,
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
        if (stops && before < half && passed >= half) await this.#pass(passage, 'half');
      }
      to.end();
    } catch {
      // One end has gone, or is cut off; the other hears of it through its connection.
      from.destroy();
    }
  }
}
