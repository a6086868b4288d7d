import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ConnectionGateway, LogError } from '../chat/ports.ts';
import { requireEnv } from './environment.ts';
import { variables } from './names.ts';
import { HttpError, SignedHttp } from './signed-http.ts';
import { notePosts } from './spent.ts';

/** At 20 ms a post, 10,000 posts a second: the quota of an account. */
const maxSockets = 200;

/** Few others, because a command waits for them: each attempt may take three seconds. */
const maxAttempts = { post: 4, other: 2 };

/**
 * No attempt to post begins later than this (ms). A command posts after its commit, and must answer before its function's
 * timeout, also if a socket is silent. If the post of a stored message fails, the fan-out function posts it.
 */
const patienceMs = 3_500;

/**
 * API Gateway's @connections API. Posts use {@link SignedHttp}, because there are many. Other calls use the SDK, which
 * takes the endpoint from the same variable.
 */
export function connectionGateway(logError: LogError): ConnectionGateway {
  let poster: SignedHttp | undefined;
  const post = (connectionId: string, body: string) => {
    poster ??= new SignedHttp({
      ...{ service: 'execute-api', endpoint: requireEnv(variables.connectionsEndpoint), maxSockets },
      ...{ maxAttempts: maxAttempts.post, patienceMs },
    });
    return poster.post({ path: `/@connections/${encodeURIComponent(connectionId)}`, body });
  };
  const gateway = new ApiGatewayManagementApiClient({
    maxAttempts: maxAttempts.other,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets, keepAlive: true },
      httpAgent: { maxSockets, keepAlive: true },
    }),
  });

  return {
    async post(connectionId, frame) {
      try {
        await post(connectionId, frame);
        notePosts(1);
        return 'sent';
      } catch (error) {
        if (error instanceof HttpError && error.status === 410) return 'gone';
        logError('a post failed', error, { connectionId });
        return error instanceof HttpError && !error.isTransient ? 'rejected' : 'failed';
      }
    },

    async close(connectionId) {
      try {
        await gateway.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
      } catch (error) {
        if (!(error instanceof GoneException)) throw error;
      }
    },

    async isOpen(connectionId) {
      try {
        await gateway.send(new GetConnectionCommand({ ConnectionId: connectionId }));
        return true;
      } catch (error) {
        if (error instanceof GoneException) return false;
        throw error;
      }
    },
  };
}
