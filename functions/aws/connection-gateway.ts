import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ConnectionGateway, LogError } from '../chat/ports.ts';

/** Sockets to API Gateway side by side: with the SDK's own 50, posting is slower by half. */
const maxSockets = 200;

/** Posts through API Gateway's @connections. The SDK takes the endpoint from its own environment variable. */
export function connectionGateway(logError: LogError): ConnectionGateway {
  const gateway = new ApiGatewayManagementApiClient({
    maxAttempts: 4,
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
        await gateway.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: frame }));
        return 'sent';
      } catch (error) {
        if (error instanceof GoneException) return 'gone';
        logError('a post failed', error, { connectionId });
        return 'failed';
      }
    },

    async close(connectionId) {
      try {
        await gateway.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
      } catch (error) {
        if (!(error instanceof GoneException)) throw error;
      }
    },

    async lastActiveAt(connectionId) {
      try {
        const { LastActiveAt, ConnectedAt } = await gateway.send(
          new GetConnectionCommand({ ConnectionId: connectionId }),
        );
        return (LastActiveAt ?? ConnectedAt)?.getTime() ?? 0;
      } catch (error) {
        if (error instanceof GoneException) return undefined;
        throw error;
      }
    },
  };
}
