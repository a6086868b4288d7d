import { stackOutputs } from '../../aws/stack-outputs.ts';
import { messageOf, UnreachableError } from '../errors.ts';
import type { Target } from '../room-admin.ts';
import { invokeFunction } from './invoke-function.ts';

/**
 * The room of a deployed stack. IAM decides whether the caller may invoke its admin function.
 * @throws {UnreachableError}
 */
export async function deployedRoom(stack: string): Promise<Target> {
  const outputs = await stackOutputs(stack).catch((error: unknown) => {
    throw new UnreachableError(`The stack ${stack} could not be looked up: ${messageOf(error)}`);
  });
  const name = outputs.get('AdminFunction');
  if (name === undefined)
    throw new UnreachableError(`The stack ${stack} has no output AdminFunction, so it is not a chat room.`);
  const bucket = outputs.get('BucketName');
  return {
    invoke: invokeFunction(name),
    name: `The room of the stack ${stack}.`,
    ...(bucket && { bucket: `s3://${bucket}` }),
  };
}
