import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import type { Clock } from './clock.ts';
import { codeOf, messageOf, RoomError } from './errors.ts';
import { type Gateway, refuse } from './gateway/gateway.ts';
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
  readonly management: ManagementApi;
  readonly invoke: InvokeApi;
  readonly s3: S3;
  readonly logs: LogsApi;
  readonly signatures: SignatureCheck;
  readonly clock: Clock;
  /** The data folder's path. */
  readonly dataFolder: string;
}

/** The room's one port: WebSocket connections, `GET /health`, and the AWS APIs that functions call. */
export class RoomServer {
  readonly url: string;
  readonly origin: string;
  /**
   * The origin in presigned URLs, which clients on other machines use if they can reach the room. It holds an IP
   * address, because the SDK then puts the bucket's name into the path.
   */
  readonly addressOrigin: string;
  readonly #server: Server;
  readonly #host: string;
  #accepting = true;
  /** Undefined until the room is ready for its first client. */
  #services: Services | undefined;

  private constructor(server: Server, host: string, { address, port }: AddressInfo) {
    this.#server = server;
    this.#host = host;
    // A server on every address is reachable from this machine by the loopback address.
    const reachable = isEveryAddress(host) ? '127.0.0.1' : host;
    this.url = `ws://${authority(reachable, port)}`;
    this.origin = `http://${authority(reachable, port)}`;
    this.addressOrigin = `http://${authority(isEveryAddress(host) ? ownAddress() : address, port)}`;
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
   * @throws RoomError if the port is taken or not allowed.
   */
  static async listen(host: string, port: number): Promise<RoomServer> {
    // No request timeout: an upload may be slow. S3 drops a client that stops sending.
    const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }).listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'is in use; choose another with --port',
        EACCES: 'may not be opened by this user; choose another with --port',
        EADDRNOTAVAIL: 'is not an address of this machine; choose another with --host',
        ENOTFOUND: 'is not a known host; choose another with --host',
      };
      throw new RoomError(`${host}:${port} ${reasons[codeOf(error) ?? ''] ?? messageOf(error)}`);
    }
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('a TCP server has no address');
    return new RoomServer(server, host, address);
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
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#services === undefined || !this.#accepting) return refuse(socket, 503);
    const { pathname } = new URL(request.url ?? '/', this.origin);
    if (!this.#isForUs(request) || !this.#isWebSocketPath(pathname)) return refuse(socket, 403);
    await this.#services.gateway.upgrade(request, socket, head);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isForUs(request)) return sendError(response, 403, 'ForbiddenException', 'Forbidden');
    const services = this.#services;
    if (services === undefined) return sendError(response, 503, 'ServiceUnavailableException', 'Starting');
    if (services.s3.isFor(request)) return services.s3.handle(request, response);
    if (request.headers.expect !== undefined) response.writeContinue();
    const { pathname } = new URL(request.url ?? '/', this.origin);
    if (pathname === '/health') {
      // Local programs learn the path of the data folder. The folder holds the operator's credentials, with mode 0600.
      const data = isLoopback(request.socket.remoteAddress) ? { data: services.dataFolder } : {};
      return sendJson(response, 200, { ws: this.url, ...data });
    }
    if (this.#isWebSocketPath(pathname)) {
      return sendJson(response, 426, { message: 'Upgrade Required' }, { Upgrade: 'websocket' });
    }
    const { clock, invoke, logs, management, signatures } = services;
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
    const name = (headers.host ?? '')
      .replace(/:\d+$/, '')
      .replace(/^\[(.+)\]$/, '$1')
      .toLowerCase();
    if (name === this.#host.toLowerCase() || name === 'localhost' || name.endsWith('.localhost')) return true;
    if (isIP(name) === 0) return false;
    return isEveryAddress(this.#host) || name.startsWith('127.') || name === '::1';
  }
}

const isLoopback = (address = '') => /^(::ffff:)?127\.|^::1$/.test(address);

const isEveryAddress = (host: string) => host === '0.0.0.0' || host === '::';

const authority = (host: string, port: number) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/** This machine's IPv4 address in its network; loopback without a network. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((ofOne) => ofOne ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
