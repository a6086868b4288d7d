import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Addresses } from '../addresses.ts';
import type { WebSocketApi } from '../assembly/api.ts';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Recorder } from '../recorder.ts';
import { Connection, type Ending } from './connection.ts';
import { EventFactory, type Handshake, newId, readHandshake } from './events.ts';
import { integrate, selectRoute } from './integration.ts';
import { limits } from './limits.ts';
import { TokenBucket } from './throttle.ts';

export interface GatewayHost {
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly lambda: Lambda;
  readonly recorder: Recorder;
  /** Whether the stage's throttles apply. */
  readonly throttling: boolean;
  /**
   * The origin in the presigned URLs that functions create. The gateway replaces it with the origin that the client used to
   * connect.
   */
  readonly storeOrigin: string;
  /** The gateway adds the hosts of these origins. S3 accepts them in presigned requests. */
  readonly clientHosts: Set<string>;
}

/** When the room closes, how long it waits for clients to answer the close frame. */
const closingMs = 500;

/** API Gateway's WebSocket API: holds the connections, and invokes functions for connects, messages and disconnects. */
export class Gateway {
  readonly api: WebSocketApi;
  readonly #host: GatewayHost;
  readonly #events: EventFactory;
  readonly #connections = new Map<string, Connection>();
  /** The throttles, by route key. */
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: () => false,
  });

  constructor(api: WebSocketApi, host: GatewayHost) {
    this.api = api;
    this.#host = host;
    this.#events = new EventFactory(api, host.clock);
    if (!host.throttling) return;
    for (const { key, throttle } of api.routes.values()) {
      if (throttle) this.#buckets.set(key, new TokenBucket(throttle, () => host.clock.now()));
    }
  }

  /** The open connection with this id, if any. */
  connection(connectionId: string): Connection | undefined {
    return this.#connections.get(connectionId);
  }

  /** The handshakes of the open connections, oldest first. */
  get handshakes(): Handshake[] {
    return [...this.#connections.values()].map(({ handshake }) => handshake);
  }

  /** Handles a client's upgrade request: runs `$connect`, then opens or refuses the connection. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => undefined);
    const handshake = readHandshake(request, this.api, this.#host);
    const refusal = isWebSocket(request) ? await this.#askToConnect(handshake) : 400;
    if (refusal !== undefined) return refuse(socket, refusal);
    let opened = false;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      opened = true;
      this.#open(handshake, webSocket, socket);
    });
    // The client left during `$connect`, which accepted the connection. So `$disconnect` must follow.
    if (!opened) this.#disconnect(handshake, { statusCode: 1006, reason: '' });
  }

  /** Sends a text to a connection; false if it is gone. */
  post(connectionId: string, data: string): boolean {
    const connection = this.#connections.get(connectionId);
    const sent = connection?.send(this.#readdressed(data, connection.handshake)) ?? false;
    if (sent) this.#record(connectionId, 'out', data);
    return sent;
  }

  /** Closes a connection for a DeleteConnection call; false if it is gone. */
  delete(connectionId: string): boolean {
    const connection = this.#connections.get(connectionId);
    connection?.close({ statusCode: 1000, reason: 'Connection Closed Normally' });
    return connection !== undefined;
  }

  /**
   * Ends every connection. The functions see a network failure, so that clients can resume their sessions after a restart. The
   * clients get close code 1012, Service Restart (IANA's WebSocket registry).
   */
  async close(): Promise<void> {
    const connections = [...this.#connections.values()];
    if (connections.length === 0) return;
    for (const connection of connections) connection.close({ statusCode: 1006, reason: '' }, 1012);
    const patience = new AbortController();
    const impatience = sleep(closingMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.all(connections.map(({ closed }) => closed)), impatience]);
    patience.abort();
    for (const connection of connections) connection.terminate();
  }

  /** Runs `$connect`. Returns the HTTP status of a refusal, or undefined if the client may connect. */
  async #askToConnect(handshake: Handshake): Promise<number | undefined> {
    const route = this.api.routes.get('$connect');
    if (route === undefined) return undefined;
    if (this.#isTooMuch(route.key)) return 429;
    const reply = await integrate(this.#host.lambda, route.integration, this.#events.connect(handshake), {
      source: 'gateway',
      detail: '$connect',
      eventType: 'CONNECT',
    });
    if (reply.kind === 'error') return 502;
    if (reply.kind === 'timeout') return 504;
    return reply.statusCode >= 200 && reply.statusCode < 300 ? undefined : reply.statusCode;
  }

  /**
   * Returns the frame with presigned URLs that the client can reach. A user's text cannot match the pattern, because its quotes
   * are escaped.
   */
  #readdressed(data: string, { origin, host }: Handshake): string {
    const ours = `"url":"${this.#host.storeOrigin}/`;
    // A strange Host header is no origin.
    if (!data.includes(ours) || !/^https?:\/\/[\w.:[\]-]+$/.test(origin)) return data;
    this.#host.clientHosts.add(host).add(new URL(origin).host);
    return data.replaceAll(ours, `"url":"${origin}/`);
  }

  #isTooMuch(routeKey: string): boolean {
    return this.#buckets.get(routeKey)?.take() === false;
  }

  #open(handshake: Handshake, webSocket: WebSocket, stream: Duplex): void {
    const { connectionId } = handshake;
    const connection: Connection = new Connection(handshake, webSocket, stream, {
      clock: this.#host.clock,
      halfOpen: (id) => this.#host.faults.halfOpen.has(id),
      answersPingFrames: () => !this.#host.faults.ignoresPingFrames,
      onMessage: (body) => void this.#message(connection, body),
      onEnd: (ending) => {
        this.#connections.delete(connectionId);
        this.#disconnect(handshake, ending);
      },
    });
    this.#connections.set(connectionId, connection);
  }

  async #message(connection: Connection, body: string): Promise<void> {
    const { handshake } = connection;
    const route = selectRoute(this.api.routes, this.api.routeKeyPath, body);
    const requestId = newId();
    this.#record(handshake.connectionId, 'in', body, route?.key);
    const fail = (message: string) => {
      this.post(handshake.connectionId, JSON.stringify({ message, connectionId: handshake.connectionId, requestId }));
    };
    if (route === undefined) return fail('Forbidden');
    if (this.#isTooMuch(route.key)) return fail('Too Many Requests');
    const event = this.#events.message(handshake, route.key, body, requestId);
    const trigger = { source: 'gateway', detail: route.key, eventType: 'MESSAGE' } as const;
    const reply = await integrate(this.#host.lambda, route.integration, event, trigger);
    if (reply.kind === 'timeout') return fail('Endpoint request timed out');
    if (reply.kind === 'error' || Buffer.byteLength(reply.body ?? '') > limits.messageBytes) {
      return fail('Internal server error');
    }
    if (route.twoWay) this.post(handshake.connectionId, reply.body ?? '');
  }

  /** Runs `$disconnect`. It is best effort, so a fault may drop, delay or repeat it. */
  #disconnect(handshake: Handshake, ending: Ending): void {
    const route = this.api.routes.get('$disconnect');
    const { faults } = this.#host;
    if (route === undefined || faults.chance(faults.disconnect.drop)) return;
    const event = this.#events.disconnect(handshake, ending.statusCode, ending.reason);
    const tell = () => {
      const trigger = { source: 'gateway', detail: '$disconnect', eventType: 'DISCONNECT' } as const;
      void integrate(this.#host.lambda, route.integration, event, trigger);
    };
    const times = faults.chance(faults.disconnect.double) ? 2 : 1;
    const delayMs = faults.chance(faults.disconnect.late) ? faults.disconnect.delayMs : 0;
    for (let time = 0; time < times; time++) {
      if (delayMs > 0) setTimeout(tell, delayMs).unref();
      else tell();
    }
  }

  #record(connectionId: string, direction: 'in' | 'out', data: string, routeKey?: string): void {
    if (!this.#host.recorder.active) return;
    this.#host.recorder.emit({
      kind: 'frame',
      connectionId,
      direction,
      bytes: Buffer.byteLength(data),
      at: performance.now(),
      ...(routeKey !== undefined && { routeKey }),
    });
  }
}

/** Whether a request is a WebSocket handshake (RFC 6455, section 4.2.1). */
function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  );
}

/** Refuses an upgrade request with an HTTP status. */
export function refuse(socket: Duplex, status: number): void {
  socket.on('error', () => undefined);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\nConnection: close\r\nContent-Length: 0\r\n` +
      `Date: ${new Date().toUTCString()}\r\nx-amzn-RequestId: ${newId()}\r\n\r\n`,
  );
}
