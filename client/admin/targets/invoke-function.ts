import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { messageOf, UnreachableError } from '../errors.ts';
import type { Invoke } from '../room-admin.ts';

const failure = v.object({ errorMessage: v.string() });

/** Returns a function that invokes a room's admin function. */
export function invokeFunction(functionName: string, config: LambdaClientConfig = {}): Invoke {
  // No retries: after a lost response only the administrator can decide whether to repeat the command.
  const lambda = new LambdaClient({ ...config, maxAttempts: 1 });
  return async (payload) => {
    const answer = await lambda
      .send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) }))
      .catch((error: unknown) => {
        throw new UnreachableError(`The room's admin function could not be asked: ${messageOf(error)}`);
      });
    const returned: unknown = JSON.parse(new TextDecoder().decode(answer.Payload) || 'null');
    if (answer.FunctionError === undefined) return returned;
    const why = v.is(failure, returned) ? returned.errorMessage : answer.FunctionError;
    throw new UnreachableError(
      `The room's admin function failed: ${why} (request ${answer.$metadata.requestId ?? 'without id'}; see the room's log)`,
    );
  };
}
