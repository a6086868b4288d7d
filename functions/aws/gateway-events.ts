import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { purposeParameter } from '../../protocol/index.ts';
import { admit } from '../chat/admit.ts';
import { answer, type IncomingFrame } from '../chat/dispatch.ts';
import { connectionClosed } from '../chat/end-session.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { Room } from '../chat/ports.ts';
import { addressOf } from './address.ts';
import { logsFor } from './log.ts';

const requestContext = {
  connectionId: v.string(),
  requestId: v.string(),
  identity: v.object({ sourceIp: v.string() }),
};

/**
 * API Gateway's events, told apart by `eventType`: a client may say `"action": "$connect"`, and then the route key lies.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
 */
const gatewayEvent = v.object({
  requestContext: v.variant('eventType', [
    v.object({ ...requestContext, eventType: v.literal('CONNECT') }),
    v.object({
      ...requestContext,
      eventType: v.literal('DISCONNECT'),
      disconnectStatusCode: v.optional(v.nullable(v.number())),
    }),
    v.object({ ...requestContext, eventType: v.literal('MESSAGE') }),
  ]),
  body: v.optional(v.nullable(v.string())),
  /** Of the client's upgrade request, named as the client spells them. Other events have none, or API Gateway's own. */
  headers: v.optional(v.record(v.string(), v.string()), {}),
  /** The query parameters of the upgrade request. API Gateway sends null, or nothing, if there are none. */
  queryStringParameters: v.optional(v.nullable(v.record(v.string(), v.string()))),
});

/** What a proxy integration may return; any other key makes API Gateway answer "Internal server error". */
export interface ProxyResponse {
  statusCode: number;
  body?: string;
}

type Handler = (event: unknown, context: Context) => Promise<ProxyResponse>;

/** Handles `$connect` and `$disconnect`. */
export function connectionHandler(room: Room): Handler {
  return async (event, context) => {
    logsFor(context);
    const {
      requestContext: request,
      body,
      headers,
      queryStringParameters,
    } = parseStored(gatewayEvent, event, 'an event');
    const { connectionId } = request;
    switch (request.eventType) {
      case 'CONNECT':
        return {
          statusCode: await admit(room, {
            connectionId,
            address: addressOf(request.identity.sourceIp),
            origin: originOf(headers),
            purpose: queryStringParameters?.[purposeParameter],
          }),
        };
      case 'DISCONNECT':
        await connectionClosed(room, connectionId, howClosed(request.disconnectStatusCode));
        return { statusCode: 200 };
      case 'MESSAGE':
        await refuseRouteKey(room, incomingFrame(request, context, body));
        return { statusCode: 200 };
    }
  };
}

const originOf = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === 'origin')?.[1];

/**
 * A close that a client meant, or a connection that was lost. A browser closes with 1001 when its page is left or reloaded,
 * and a reloaded page continues the session. API Gateway's own close after idling is a 1001, too.
 */
const howClosed = (code: number | null | undefined) => (code === 1000 || code === 1005 ? 'closed' : 'lost');

/** A frame whose action is `$connect` or `$disconnect` comes here, and has no route response to be answered by. */
async function refuseRouteKey(room: Room, incoming: IncomingFrame): Promise<void> {
  const refusal = await answer(room, {}, incoming);
  if (refusal !== undefined) await room.gateway.post(incoming.connectionId, refusal);
}

/** Handles what a client says: the reply is the route's response. */
export function commandHandler(reply: (frame: IncomingFrame) => Promise<string | undefined>): Handler {
  return async (event, context) => {
    logsFor(context);
    const { requestContext: request, body } = parseStored(gatewayEvent, event, 'an event');
    const frame = await reply(incomingFrame(request, context, body));
    return frame === undefined ? { statusCode: 200 } : { statusCode: 200, body: frame };
  };
}

type Sent = Pick<v.InferOutput<typeof gatewayEvent>['requestContext'], 'connectionId' | 'identity'>;

const incomingFrame = (
  { connectionId, identity }: Sent,
  { awsRequestId: requestId }: Context,
  body: string | null | undefined,
): IncomingFrame => ({ connectionId, address: addressOf(identity.sourceIp), requestId, frame: body ?? '' });
