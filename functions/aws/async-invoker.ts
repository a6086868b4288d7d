import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AsyncInvoker, FanOut } from '../chat/ports.ts';
import { ownName, requireEnv } from './environment.ts';
import { variables } from './names.ts';

const lambda = new LambdaClient({
  maxAttempts: 5,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }),
});

/** Invokes a function without waiting for what it does. */
async function invoke(functionName: string, payload: unknown): Promise<void> {
  await lambda.send(
    new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload: JSON.stringify(payload) }),
  );
}

/** Has others do what nobody should wait for. */
export const asyncInvoker: AsyncInvoker = {
  // A function's own name cannot stand among its own variables: CloudFormation would go round in a circle.
  invokeFanOut: (fanOut: FanOut) => invoke(requireEnv(variables.fanoutFunction, ownName), fanOut),
  invokeSweeper: () => invoke(requireEnv(variables.sweeperFunction), {}),
};
