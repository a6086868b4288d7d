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

/** Under which path CloudWatch Logs answers: like the room's root, it is a service that has no path of its own. */
export const logsPath = '/cloudwatch-logs';

/** What answers behind the room's port. */
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
   * The same for clients on other machines, if those can reach the room at all: presigned URLs hold it. It is an address and no name,
   * for then the SDK puts a bucket's name into the path.
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
    // What is bound to every address is reached from this machine by its loopback address.
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
    // Who waits with a large body for a word is refused without having sent it.
    server.on('checkContinue', answer);
    server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
  }

  /**
   * Opens the port; until {@link RoomServer.serve} is called it answers 503.
   * @param port 0 for any free one.
   * @throws RoomError if the port is taken or not allowed.
   */
  static async listen(host: string, port: number): Promise<RoomServer> {
    // An upload may take its time; S3 itself gives up a client that has stopped sending.
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

  /** Refuses new WebSocket connections. Functions that finish their work still reach the services, through new sockets too. */
  stopAccepting(): void {
    this.#accepting = false;
  }

  /** Ends what is still open. */
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
      // Programs on this machine find the operator's credentials by it, if they may read them.
      const data = isLoopback(request.socket.remoteAddress) ? { data: services.dataFolder } : {};
      return sendJson(response, 200, { ws: this.url, ...data });
    }
    if (this.#isWebSocketPath(pathname)) {
      return sendJson(response, 426, { message: 'Upgrade Required' }, { Upgrade: 'websocket' });
    }
    const { clock, invoke, logs, management, signatures } = services;
    // The SDK's clients set their clock by it.
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
   * Whether a request means this room by its Host header. A web page can point a name of its own at 127.0.0.1 (DNS rebinding),
   * and so get past the browser's same-origin rule; an address it cannot forge.
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

/** This machine's address in its network; loopback if it is in none. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((ofOne) => ofOne ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
