import { stackOutputs } from '../../aws/stack-outputs.ts';
import { messageOf, UnreachableError } from '../errors.ts';
import type { Invoke } from '../room-admin.ts';
import { invokeFunction } from './invoke-function.ts';

/**
 * The room of a deployed stack. IAM decides whether the caller may invoke its admin function.
 * @throws {UnreachableError}
 */
export async function deployedRoom(stack: string): Promise<Invoke> {
  const outputs = await stackOutputs(stack).catch((error: unknown) => {
    throw new UnreachableError(`The stack ${stack} could not be looked up: ${messageOf(error)}`);
  });
  const name = outputs.get('AdminFunction');
  if (name === undefined)
    throw new UnreachableError(`The stack ${stack} has no output AdminFunction, so it is not a chat room.`);
  return invokeFunction(name);
}
