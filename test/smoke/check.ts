import type { SmokeRoom } from './smoke-room.ts';

/** The permissions that a check needs beyond those of a client. */
export type Need =
  /** To invoke the room's admin function. */
  | 'admin'
  /** To call `@connections` with credentials of the room's account. */
  | 'connections'
  /** To read metrics in CloudWatch. */
  | 'metrics'
  /** To know the web page's address. */
  | 'page';

/** One fact about a room, as AWS and the protocol document it. */
export interface Check {
  /** Unique. The lists of known deviations refer to it. */
  readonly name: string;
  /** What {@link observe} returns in a room on AWS. Undefined if no source is certain: the result is only reported. */
  readonly expected: string | undefined;
  /** The page that documents it. */
  readonly source: string;
  readonly needs?: readonly Need[];
  /** Returns what the room does, in the words of `expected`. Throws if it cannot find out. */
  observe(room: SmokeRoom): Promise<string>;
}

const apiGateway = 'https://docs.aws.amazon.com/apigateway/latest/developerguide';
const s3 = 'https://docs.aws.amazon.com/AmazonS3/latest';

/** The pages that the checks cite. */
export const sources = {
  protocol: 'docs/asyncapi.yaml',
  runbook: 'docs/runbook.md',
  mock: `${apiGateway}/apigateway-websocket-api-integration-responses.html`,
  routes: `${apiGateway}/apigateway-websocket-api-develop-routes.html`,
  routeResponses: `${apiGateway}/apigateway-websocket-api-route-response.html`,
  connectRoute: `${apiGateway}/apigateway-websocket-api-route-keys-connect-disconnect.html`,
  quotas: `${apiGateway}/apigateway-execution-service-websocket-limits-table.html`,
  connections: `${apiGateway}/apigateway-how-to-call-websocket-api-connections.html`,
  httpApis: `${apiGateway}/http-api-develop-integrations-lambda.html`,
  metrics: `${apiGateway}/apigateway-websocket-api-logging.html`,
  logs: 'https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html',
  closeCodes: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1',
  pings: 'https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2',
  conditionalWrites: `${s3}/userguide/conditional-writes.html`,
  checksums: `${s3}/userguide/checking-object-integrity.html`,
  presignedUploads: `${s3}/userguide/PresignedUrlUploadObject.html`,
  ranges: `${s3}/API/API_GetObject.html`,
  events: `${s3}/userguide/EventBridge.html`,
} as const;
