import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../assembly/template.ts';
import type { Faults, PostFailure } from '../faults.ts';
import { ApiError, readBody, sendError, sendJson } from '../http.ts';
import type { Access } from '../iam/access.ts';
import type { Attribution, Recorder } from '../recorder.ts';
import type { Signed } from '../signature/signature-check.ts';
import type { Gateway } from './gateway.ts';
import { limits } from './limits.ts';

const operations = { POST: 'PostToConnection', GET: 'GetConnection', DELETE: 'DeleteConnection' } as const;
type Method = keyof typeof operations;

/**
 * The `@connections` API
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
 */
export class ManagementApi {
  readonly #gateway: Gateway;
  readonly #faults: Faults;
  readonly #recorder: Recorder;
  readonly #access: Access;
  /** ARN of the API's stage. */
  readonly #arn: string;

  constructor(gateway: Gateway, host: { faults: Faults; recorder: Recorder; access: Access; target: Target }) {
    this.#gateway = gateway;
    this.#faults = host.faults;
    this.#recorder = host.recorder;
    this.#access = host.access;
    const { account, region } = host.target;
    this.#arn = `arn:aws:execute-api:${region}:${account}:${gateway.api.id}/${gateway.api.stage}`;
  }

  /** @throws ApiError if the body is too large. */
  readBody(request: IncomingMessage): Promise<Buffer> {
    return readBody(
      request,
      limits.messageBytes,
      () => new ApiError(413, 'PayloadTooLargeException', 'Message too long'),
    );
  }

  /** @param encodedId the percent-encoded connection id from the path. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    { caller, body }: Signed,
    encodedId: string,
  ): Promise<void> {
    const start = performance.now();
    const method = request.method ?? '';
    if (!isMethod(method)) return sendError(response, 403, 'ForbiddenException', 'Forbidden');
    const connectionId = decode(encodedId);
    if (connectionId === undefined) {
      return sendError(response, 400, 'BadRequestException', 'The connection id is not percent-encoded.');
    }
    const permission = {
      action: 'execute-api:ManageConnections',
      resource: `${method}/@connections`,
      arn: `${this.#arn}/${method}/@connections/${connectionId}`,
    };
    const refusal = this.#access.refusal(caller, [permission]);
    if (refusal !== undefined) sendError(response, 403, 'AccessDeniedException', refusal);
    else if (this.#faults.unknown.has(connectionId)) gone(response);
    else if (method === 'POST') await this.#post(response, { ...caller, connectionId, data: body.toString() });
    else if (method === 'GET') this.#get(response, connectionId);
    else if (this.#gateway.delete(connectionId)) response.writeHead(204).end();
    else gone(response);
    const { statusCode: status } = response;
    const call = {
      service: 'apigatewaymanagementapi',
      operation: operations[method],
      permissions: [permission],
      start,
      status,
    } as const;
    this.#recorder.call(caller, call);
  }

  async #post(response: ServerResponse, call: Attribution & { connectionId: string; data: string }): Promise<void> {
    const status = await this.#failure(call);
    if (status === 429) return sendError(response, 429, 'LimitExceededException', 'Too Many Requests');
    if (status === 500) return sendError(response, 500, 'InternalServerErrorException', 'Internal server error');
    if (status === 410 || !this.#gateway.post(call.connectionId, call.data)) return gone(response);
    response.writeHead(200, { 'Content-Length': 0 }).end();
  }

  #get(response: ServerResponse, connectionId: string): void {
    const connection = this.#gateway.connection(connectionId);
    if (connection === undefined) return gone(response);
    const { connectedAt, sourceIp, userAgent } = connection.handshake;
    sendJson(response, 200, {
      connectedAt: new Date(connectedAt).toISOString(),
      identity: { sourceIp, ...(userAgent !== undefined && { userAgent }) },
      lastActiveAt: new Date(connection.lastActiveAt).toISOString(),
    });
  }

  async #failure(call: Attribution & { connectionId: string; data: string }): Promise<PostFailure | undefined> {
    const { post } = this.#faults;
    if (post.delayMs > 0) await sleep(post.delayMs);
    const wanted = await this.#faults.beforePost?.(call);
    if (wanted !== undefined) return wanted;
    if (this.#faults.chance(post.fail)) return 500;
    if (this.#faults.chance(post.gone)) return 410;
    return this.#faults.chance(post.throttle) ? 429 : undefined;
  }
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(operations, method);
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function gone(response: ServerResponse): void {
  sendError(response, 410, 'GoneException', 'Gone');
}
