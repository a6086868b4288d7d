import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Addresses, addressFor } from '../addresses.ts';
import type { WebSocketApi } from '../assembly/api.ts';
import type { Clock } from '../clock.ts';

/** The data of a connection's upgrade request. */
export interface Handshake {
  /** The `http://` or `https://` origin of the address that the client used. */
  readonly origin: string;
  /** The Host header as it arrived. A proxy may have changed it. */
  readonly host: string;
  readonly connectionId: string;
  /** Epoch milliseconds. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  readonly headers: Readonly<Record<string, string[]>>;
  readonly query: Readonly<Record<string, string[]>>;
}

/** An id like those of API Gateway (`PJqB0fHsqRcCHlw=`), but only of characters that are safe in a path. */
export function newId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

export function readHandshake(
  request: IncomingMessage,
  api: WebSocketApi,
  { addresses, clock }: { readonly addresses: Addresses; readonly clock: Clock },
): Handshake {
  const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const { rawHeaders } = request;
  const pairs = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
  // Hop-by-hop headers end at the gateway.
  const forwardable = pairs.filter(([name]) => !/^(connection|upgrade|x-forwarded-\w+)$/i.test(name));
  const headers = byName(
    forwardable.map(([name, value]) => [
      name,
      /^origin$/i.test(name) ? addresses.originInCloud(value, request) : value,
    ]),
  );
  const forwarded = request.headers['x-forwarded-for'];
  headers['X-Forwarded-For'] = [[forwarded ?? [], sourceIp].flat().join(', ')];
  headers['X-Forwarded-Port'] = ['443'];
  headers['X-Forwarded-Proto'] = ['https'];
  return {
    origin: addressFor(request),
    host: request.headers.host ?? '',
    connectionId: newId(),
    connectedAt: clock.now(),
    sourceIp,
    userAgent: request.headers['user-agent'],
    headers,
    query: byName(new URL(request.url ?? '/', `wss://${api.domainName}`).searchParams),
  };
}

/** The values of each name. A client may choose a name such as `constructor`, so they are not collected in an object. */
function byName(pairs: Iterable<readonly [string, string]>): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

/** Builds the events that a WebSocket API sends to its functions. */
export class EventFactory {
  readonly #api: WebSocketApi;
  readonly #clock: Clock;

  constructor(api: WebSocketApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  connect(handshake: Handshake): object {
    const { headers, query } = handshake;
    return {
      headers: lastOf(headers),
      multiValueHeaders: headers,
      ...(Object.keys(query).length > 0 && {
        queryStringParameters: lastOf(query),
        multiValueQueryStringParameters: query,
      }),
      requestContext: this.#context(handshake, '$connect', 'CONNECT', newId()),
      isBase64Encoded: false,
    };
  }

  /** @param requestId also appears in the error frame if the message fails. */
  message(handshake: Handshake, routeKey: string, body: string, requestId: string): object {
    return {
      requestContext: { ...this.#context(handshake, routeKey, 'MESSAGE', requestId), messageId: newId() },
      body,
      isBase64Encoded: false,
    };
  }

  disconnect(handshake: Handshake, statusCode: number, reason: string): object {
    const headers = { Host: this.#api.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
    return {
      headers,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      requestContext: {
        ...this.#context(handshake, '$disconnect', 'DISCONNECT', newId()),
        disconnectStatusCode: statusCode,
        disconnectReason: reason,
      },
      isBase64Encoded: false,
    };
  }

  #context(handshake: Handshake, routeKey: string, eventType: string, requestId: string) {
    const now = this.#clock.now();
    const { connectionId, connectedAt, sourceIp, userAgent } = handshake;
    return {
      routeKey,
      eventType,
      extendedRequestId: requestId,
      requestTime: commonLogTime(now),
      messageDirection: 'IN',
      stage: this.#api.stage,
      connectedAt,
      requestTimeEpoch: now,
      identity: { ...(userAgent !== undefined && { userAgent }), sourceIp },
      requestId,
      domainName: this.#api.domainName,
      connectionId,
      apiId: this.#api.id,
    };
  }
}

/** The single-value form of a multi-value map: the last value of each name. */
function lastOf(values: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? '']));
}

/** `29/Nov/2023:08:04:03 +0000`, the time format of the Common Log Format. */
export function commonLogTime(epoch: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(epoch).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
