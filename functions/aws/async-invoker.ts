import type { AsyncInvoker } from '../chat/ports.ts';
import { endpointOf, ownName, requireEnv } from './environment.ts';
import { variables } from './names.ts';
import { SignedHttp } from './signed-http.ts';
import { notePosts } from './spent.ts';

let lambda: SignedHttp | undefined;

/**
 * Queues an asynchronous invocation (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
 * @throws HttpError if Lambda does not accept it.
 */
async function invoke(functionName: string, payload: unknown): Promise<void> {
  lambda ??= new SignedHttp({ service: 'lambda', endpoint: endpointOf('lambda'), maxSockets: 50, maxAttempts: 5 });
  await lambda.post({
    path: `/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`,
    headers: { 'x-amz-invocation-type': 'Event' },
    body: JSON.stringify(payload),
  });
}

export const asyncInvoker: AsyncInvoker = {
  // A function's own environment variables cannot contain its name: for CloudFormation that is a circular dependency.
  invokeFanOut(fanOut) {
    // The function that posts has no access to the room's count.
    notePosts(fanOut.to.length);
    return invoke(requireEnv(variables.fanoutFunction, ownName), fanOut);
  },
  invokeNotice: (notice) => invoke(requireEnv(variables.noticesFunction), notice),
  invokeSweeper: () => invoke(requireEnv(variables.sweeperFunction), {}),
};
