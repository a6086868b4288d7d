import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/**
 * What a deployed stack says of itself, such as where clients connect to. Profile, Region and credentials are the usual ones
 * of AWS's own tools.
 * @throws Error of the AWS SDK, whose message is for a person.
 */
export async function stackOutputs(stack: string): Promise<ReadonlyMap<string, string>> {
  const { Stacks = [] } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return new Map(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
