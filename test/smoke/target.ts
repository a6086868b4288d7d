import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { UsageError } from '../../client/admin/errors.ts';
import { RoomAdmin } from '../../client/admin/room-admin.ts';
import type { Metrics } from './metrics.ts';

/** A room to test, and what the caller may do with it. */
export interface Target {
  readonly url: string;
  readonly admin?: RoomAdmin;
  /** The code of an invitation for several users. The administrator makes one. */
  readonly invite?: string;
  /** A client of the API's `@connections`. */
  readonly connections?: ApiGatewayManagementApiClient;
  readonly metrics?: Metrics;
  /** The web page's address, without a slash at its end. */
  readonly page?: string;
}

export interface Where {
  readonly port?: number;
  readonly stack?: string;
  readonly url?: string;
  readonly invite?: string;
}

/** The room of a stack, at an address (with the permissions of a client), or on a port of this machine. */
export async function findTarget({ port, stack, url, invite }: Where): Promise<Target> {
  if (stack !== undefined) return stackTarget(stack, url);
  if (url !== undefined) {
    if (port !== undefined) throw new UsageError('Give one of --stack, --url and --port.');
    return { url, ...(invite !== undefined && { invite }) };
  }
  const { localRoom } = await import('../../client/admin/targets/local-room.ts');
  const host = `127.0.0.1:${port ?? 9000}`;
  return { url: `ws://${host}`, page: `http://${host}`, admin: new RoomAdmin(() => localRoom({ port: port ?? 9000 })) };
}

/** @param address where clients reach the room, if it is not the one that the stack tells. */
async function stackTarget(stack: string, address?: string): Promise<Target> {
  const [{ deployedRoom }, { stackOutputs }, { ApiGatewayManagementApiClient }, { Metrics }] = await Promise.all([
    import('../../client/admin/targets/deployed-room.ts'),
    import('../../client/aws/stack-outputs.ts'),
    import('@aws-sdk/client-apigatewaymanagementapi'),
    import('./metrics.ts'),
  ]);
  const admin = new RoomAdmin(() => deployedRoom(stack));
  const outputs = await stackOutputs(stack);
  const url = address ?? outputs.get('WebSocketUrl') ?? '';
  const page = outputs.get('PageUrl');
  const connections = new ApiGatewayManagementApiClient({ endpoint: url.replace(/^ws/, 'http') });
  return { url, admin, connections, metrics: new Metrics(stack), ...(page !== undefined && { page }) };
}
