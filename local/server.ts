import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Clock } from './clock.ts';
import { codeOf, messageOf, RoomError } from './errors.ts';
import { type Gateway, refuse } from './gateway/gateway.ts';
import type { HttpGateway } from './gateway/http-gateway.ts';
import type { ManagementApi } from './gateway/management-api.ts';
import { ApiError, httpDate, sendError, sendJson } from './http.ts';
import type { InvokeApi } from './lambda/invoke-api.ts';
import type { LogsApi } from './logs/logs-api.ts';
import type { S3 } from './s3/s3.ts';
import type { SignatureCheck } from './signature/signature-check.ts';

/** The path of CloudWatch Logs. Its API posts to `/`, which the room uses for WebSocket connections. */
export const logsPath = '/cloudwatch-logs';

/** The services behind the room's port. */
export interface Services {
  readonly gateway: Gateway;
  /** Answers what no other service answers. Undefined if the stack has no HTTP API. */
  readonly http: HttpGateway | undefined;
  readonly management: ManagementApi;
  readonly invoke: InvokeApi;
  readonly s3: S3;
  readonly logs: LogsApi;
  readonly signatures: SignatureCheck;
  readonly clock: Clock;
  /** The data folder's path. */
  readonly dataFolder: string;
}

/**
 * The room's one port: the web page, WebSocket connections, `GET /health`, and the AWS APIs that functions call. Besides the address
 * that the user chose, it listens on 127.0.0.1, where the functions and the console find it.
 */
export class RoomServer {
  /** The address for clients. */
  readonly url: string;
  /** The same addresses for clients on other machines; empty if they cannot reach the room. */
  readonly urlsFromElsewhere: readonly string[];
  /**
   * The origin for functions and for the console, and in presigned URLs. It holds an IP address, because the SDK then
   * puts the bucket's name into the path.
   */
  readonly origin: string;
  readonly #servers: readonly Server[];
  readonly #names: ReadonlySet<string>;
  readonly #isOnEveryAddress: boolean;
  #accepting = true;
  /** Undefined until the room is ready for its first client. */
  #services: Services | undefined;

  private constructor(servers: readonly Server[], host: string, { address, port }: AddressInfo) {
    this.#servers = servers;
    this.#names = new Set([host.toLowerCase(), address, 'localhost']);
    this.#isOnEveryAddress = isEveryAddress(host);
    this.origin = `http://127.0.0.1:${port}`;
    this.url = `ws://${authority(this.#isOnEveryAddress ? '127.0.0.1' : host, port)}`;
    if (this.#isOnEveryAddress)
      this.urlsFromElsewhere = ownAddresses(host).map((own) => `ws://${authority(own, port)}`);
    else this.urlsFromElsewhere = isLoopback(address) ? [] : [this.url];
    for (const server of servers) this.#answerOn(server);
  }

  #answerOn(server: Server): void {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else if (error instanceof ApiError) sendError(response, error.status, error.type, error.message);
        else sendError(response, 500, 'InternalServerErrorException', messageOf(error));
      });
    };
    server.on('request', answer);
    // Answer `Expect: 100-continue` ourselves, so that a refused client need not send its body.
    server.on('checkContinue', answer);
    server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
  }

  /**
   * Opens the port. It answers 503 until {@link RoomServer.serve} is called.
   * @param port 0 for any free one.
   * @param headersMs how long (ms) a client may take to send a request's headers.
   * @throws RoomError if the port is taken or not allowed.
   */
  static async listen(host: string, port: number, headersMs = 30_000): Promise<RoomServer> {
    const chosen = await listenOn(host, port, headersMs);
    const address = chosen.address();
    if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no address');
    if (isEveryAddress(host) || address.address === '127.0.0.1') return new RoomServer([chosen], host, address);
    try {
      return new RoomServer([chosen, await listenOn('127.0.0.1', address.port, headersMs)], host, address);
    } catch (error) {
      chosen.close();
      throw error;
    }
  }

  serve(services: Services): void {
    this.#services = services;
  }

  /** Refuses new WebSocket connections. Running functions can still call the services, through new sockets too. */
  stopAccepting(): void {
    this.#accepting = false;
  }

  /** Closes the port and every connection. */
  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#services === undefined || !this.#accepting) return refuse(socket, 503);
    const { pathname } = new URL(request.url ?? '/', this.origin);
    // A browser names the page's origin. Any other program may use any name of this machine, or of a tunnel to it.
    const isTrusted = request.headers.origin === undefined || this.#isForUs(request);
    if (!isTrusted || !this.#isWebSocketPath(pathname)) return refuse(socket, 403);
    await this.#services.gateway.upgrade(request, socket, head);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const services = this.#services;
    const isForFiles = isByPresignedUrl(request) && services?.s3.isFor(request) === true;
    if (!this.#isForUs(request) && !isForFiles) {
      return sendError(response, 403, 'ForbiddenException', 'Forbidden');
    }
    if (services === undefined) return sendError(response, 503, 'ServiceUnavailableException', 'Starting');
    if (services.s3.isFor(request)) return services.s3.handle(request, response);
    if (request.headers.expect !== undefined) response.writeContinue();
    const { pathname } = new URL(request.url ?? '/', this.origin);
    if (pathname === '/health') {
      // Local programs learn the path of the data folder. The folder holds the operator's credentials, with mode 0600.
      const data = isLoopback(request.socket.remoteAddress) ? { data: services.dataFolder } : {};
      return sendJson(response, 200, { ws: this.url, ...data });
    }
    if (this.#isWebSocketPath(pathname) && (pathname !== '/' || services.http === undefined)) {
      return sendJson(response, 426, { message: 'Upgrade Required' }, { Upgrade: 'websocket' });
    }
    const { clock, http, invoke, logs, management, signatures } = services;
    // The SDK corrects its clock by this header.
    response.setHeader('Date', httpDate(clock.now()));
    const stagePath = `/${services.gateway.api.stage}/`;
    const path = pathname.startsWith(stagePath) ? pathname.slice(stagePath.length - 1) : pathname;
    const connectionId = /^\/@connections\/([^/]+)$/.exec(path)?.[1];
    if (connectionId !== undefined) {
      const signed = await signatures.verify(request, 'execute-api', () => management.readBody(request));
      return management.handle(request, response, signed, connectionId);
    }
    const functionName = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(pathname)?.[1];
    if (functionName !== undefined && request.method === 'POST') {
      const signed = await signatures.verify(request, 'lambda', () => invoke.readBody(request));
      return invoke.handle(request, response, signed, decodeURIComponent(functionName));
    }
    if (pathname === `${logsPath}/` && request.method === 'POST') {
      const signed = await signatures.verify(request, 'logs', () => logs.readBody(request));
      return logs.handle(request, response, signed);
    }
    if (http !== undefined) return http.handle(request, response);
    sendError(response, 403, 'ForbiddenException', 'Forbidden');
  }

  #isWebSocketPath(path: string): boolean {
    const stage = this.#services?.gateway.api.stage ?? '';
    return path === '/' || path === `/${stage}` || path === `/${stage}/`;
  }

  /**
   * Whether the Host header names this room. It protects against DNS rebinding: a web page can point its own domain at
   * 127.0.0.1 and so pass the browser's same-origin policy, but it cannot forge an IP address in the Host header.
   */
  #isForUs({ headers }: IncomingMessage): boolean {
    return this.#isOwnHost(headers.host ?? '');
  }

  /** Whether an origin (`http://localhost:9000`) is one of this room's addresses. */
  isOwnOrigin(origin: string): boolean {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    return url?.protocol === 'http:' && url.port === new URL(this.origin).port && this.#isOwnHost(url.host);
  }

  #isOwnHost(host: string): boolean {
    const name = host
      .replace(/:\d+$/, '')
      .replace(/^\[(.+)\]$/, '$1')
      .toLowerCase();
    if (this.#names.has(name) || name.endsWith('.localhost')) return true;
    if (isIP(name) === 0) return false;
    return this.#isOnEveryAddress || isLoopback(name);
  }
}

async function listenOn(host: string, port: number, headersTimeout: number): Promise<Server> {
  // No request timeout: an upload may be slow. S3 drops a client that stops sending. Without a request timeout, Node.js
  // has no timeout for headers by default, so silent clients would use up the file descriptors.
  const timeouts = { keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout };
  const server = createServer({ ...timeouts, connectionsCheckingInterval: headersTimeout / 2 }).listen(port, host);
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    const reasons: Record<string, string> = {
      EADDRINUSE: 'is in use; choose another with --port',
      EACCES: 'may not be opened by this user; choose another with --port',
      EADDRNOTAVAIL: 'is not an address of this machine; choose another with --host',
      ENOTFOUND: 'is not a known host; choose another with --host',
    };
    throw new RoomError(`${authority(host, port)} ${reasons[codeOf(error) ?? ''] ?? messageOf(error)}`);
  }
}

/** Whether a program, not a web page, sends a request whose URL holds a signature. Only the room makes such URLs. */
const isByPresignedUrl = ({ headers, url = '' }: IncomingMessage) =>
  headers.origin === undefined && /[?&]X-Amz-Signature=/.test(url);

const isLoopback = (address = '') => /^(::ffff:)?127\.|^::1$/.test(address);

const isEveryAddress = (host: string) => host === '0.0.0.0' || host === '::';

const authority = (host: string, port: number) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** This machine's addresses in its networks, IPv4 first. Link-local addresses are not usable without a zone. */
function ownAddresses(host: string): string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((ofOne) => ofOne ?? [])
    .filter(({ address, internal }) => !internal && !address.startsWith('fe80:'));
  const of = (wanted: string) => all.filter(({ family }) => family === wanted).map(({ address }) => address);
  return [...of('IPv4'), ...(host === '::' ? of('IPv6') : [])];
}
