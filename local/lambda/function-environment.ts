import { delimiter, dirname } from 'node:path';
import type { LambdaFunction } from '../assembly/functions.ts';
import type { Credentials } from '../credentials.ts';

/** The endpoints of the room's services. */
export interface Endpoints {
  readonly dynamoDb: string;
  readonly lambda: string;
  readonly connections: string;
  readonly s3: string;
  readonly logs: string;
}

/**
 * The environment variables of a function: its own and those of the Lambda runtime
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). It inherits no variable of this process, so
 * that the user's AWS settings do not reach it.
 */
export function functionVariables(
  lambda: LambdaFunction,
  region: string,
  endpoints: Endpoints,
  credentials: Credentials,
  logStream: string,
): Record<string, string> {
  const { NODE_OPTIONS: _, ...own } = lambda.environment;
  return {
    ...own,
    AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: endpoints.connections,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoints.logs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${lambda.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    LAMBDA_TASK_ROOT: lambda.code,
    _HANDLER: lambda.handler,
    LANG: 'en_US.UTF-8',
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    TZ: ':UTC',
  };
}
