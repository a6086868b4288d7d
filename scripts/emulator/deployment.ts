import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';

/** What AWS's own tools need to speak to an emulator instead: any credentials, any Region. */
export const emulatorEnvironment = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  // The CDK's command line builds another address of it, unless it is told S3's own.
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: '000000000000',
  AWS_SECRET_ACCESS_KEY: 'emulator',
  AWS_REGION: 'us-east-1',
});

/** Where clients of an API connect to on an emulator: the path that LocalStack introduced, and others have taken over. */
export const emulatorUrl = (endpoint: string, apiId: string, stage: string): string =>
  `${endpoint.replace(/^http/, 'ws')}/_aws/execute-api/${apiId}/${stage}`;

/** The physical id of the one resource of a type whose logical id begins so. */
type Find = (type: string, logicalId: string) => string;

export async function resourcesOf(stack: string): Promise<Find> {
  const client = new CloudFormationClient();
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: stack })) {
    resources.push(...(page.StackResourceSummaries ?? []));
  }
  client.destroy();
  return (type, logicalId) => {
    const found = resources.find((one) => one.ResourceType === type && one.LogicalResourceId?.startsWith(logicalId));
    if (found?.PhysicalResourceId === undefined) throw new Error(`${stack} has no ${type} ${logicalId}`);
    return found.PhysicalResourceId;
  };
}
