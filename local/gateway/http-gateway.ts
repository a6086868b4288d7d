import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Addresses, addressFor } from '../addresses.ts';
import type { HttpApi } from '../assembly/http-api.ts';
import type { Clock } from '../clock.ts';
import { readBody, sendJson } from '../http.ts';
import type { Lambda } from '../lambda/lambda.ts';
import type { Recorder } from '../recorder.ts';
import { commonLogTime, newId } from './events.ts';
import { integrate } from './integration.ts';
import { TokenBucket } from './throttle.ts';

export interface HttpGatewayHost {
  readonly addresses: Addresses;
  readonly clock: Clock;
  readonly lambda: Lambda;
  readonly recorder: Recorder;
  /** Whether the stage's throttle applies. */
  readonly throttling: boolean;
  readonly account: string;
}

/** API Gateway takes 10 MB. The page sends no bodies, and any page in a browser may send large ones to this machine. */
const payloadBytes = 256 * 1024;

/** API Gateway's HTTP API: invokes the function behind its one route. */
export class HttpGateway {
  readonly #api: HttpApi;
  readonly #host: HttpGatewayHost;
  readonly #bucket: TokenBucket | undefined;

  constructor(api: HttpApi, host: HttpGatewayHost) {
    this.#api = api;
    this.#host = host;
    this.#bucket = host.throttling && api.throttle ? new TokenBucket(api.throttle, () => host.clock.now()) : undefined;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { addresses, lambda } = this.#host;
    const requestId = newId();
    response.setHeader('apigw-requestid', requestId);
    if (this.#bucket?.take() === false) return sendJson(response, 429, { message: 'Too Many Requests' });
    const body = await readBody(request, payloadBytes);
    const { functionArn, timeoutMs } = this.#api;
    const reply = await integrate(
      lambda,
      { type: 'AWS_PROXY', functionArn, timeoutMs },
      {
        ...this.#event(request, requestId),
        ...(body.length > 0 && { body: body.toString('base64'), isBase64Encoded: true }),
      },
      { source: 'gateway', detail: 'HTTP $default' },
    );
    if (reply.kind === 'timeout') return sendJson(response, 503, { message: 'Service Unavailable' });
    if (reply.kind === 'error') return sendJson(response, 500, { message: 'Internal Server Error' });
    const address = addressFor(request);
    for (const [name, value] of Object.entries(reply.headers)) {
      response.setHeader(name, addresses.atClient(String(value), address));
    }
    const { body: content = '' } = reply;
    const bytes = Buffer.from(
      reply.isBase64Encoded ? content : addresses.atClient(content, address),
      reply.isBase64Encoded ? 'base64' : 'utf8',
    );
    // A 304 has no body, and its length would be that of the file.
    if (reply.statusCode !== 304) response.setHeader('content-length', bytes.length);
    response.writeHead(reply.statusCode).end(bytes);
    this.#record(request, response, bytes.length);
  }

  #record({ method, url = '/' }: IncomingMessage, response: ServerResponse, bodyBytes: number): void {
    const { recorder } = this.#host;
    if (!recorder.active) return;
    const head = Object.entries(response.getHeaders()).reduce(
      (bytes, [name, value]) => bytes + Buffer.byteLength(`${name}: ${value}\r\n`),
      'HTTP/1.1 200 OK\r\n\r\n'.length,
    );
    const bytes = head + (method === 'HEAD' || response.statusCode === 304 ? 0 : bodyBytes);
    recorder.emit({ kind: 'http', path: url, status: response.statusCode, bytes, at: performance.now() });
  }

  /**
   * The event, in payload format 2.0.
   * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
   */
  #event(request: IncomingMessage, requestId: string): object {
    const { id, domainName } = this.#api;
    const { pathname, search, searchParams } = new URL(request.url ?? '/', `https://${domainName}`);
    const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const address = addressFor(request);
    // Header names are in lower case; repeated headers are joined.
    const headers = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => !/^(connection|keep-alive|transfer-encoding|upgrade)$/.test(name))
        .map(([name, value]) => [name, [value].flat().join(',')]),
    );
    const now = this.#host.clock.now();
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath: pathname,
      rawQueryString: search.slice(1),
      headers: {
        ...headers,
        'x-forwarded-for': sourceIp,
        'x-forwarded-proto': address.startsWith('https:') ? 'https' : 'http',
      },
      ...(search.length > 1 && { queryStringParameters: Object.fromEntries(searchParams) }),
      requestContext: {
        accountId: this.#host.account,
        apiId: id,
        domainName,
        domainPrefix: id,
        http: {
          method: request.method,
          path: pathname,
          protocol: `HTTP/${request.httpVersion}`,
          sourceIp,
          userAgent: request.headers['user-agent'] ?? '',
        },
        requestId,
        routeKey: '$default',
        stage: '$default',
        time: commonLogTime(now),
        timeEpoch: now,
      },
      isBase64Encoded: false,
    };
  }
}
