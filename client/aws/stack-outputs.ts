import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/**
 * The outputs of a deployed stack, such as the address for clients. Profile, Region and credentials are found as the AWS
 * CLI finds them.
 * @throws Error of the AWS SDK, with a message for users.
 */
export async function stackOutputs(stack: string): Promise<ReadonlyMap<string, string>> {
  const { Stacks = [] } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
