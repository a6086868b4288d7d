import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';

/** The environment in which AWS tools use an emulator. Any credentials and Region will do. */
export const emulatorEnvironment = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  // Without it, the CDK builds a host-style S3 address.
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: '000000000000',
  AWS_SECRET_ACCESS_KEY: 'emulator',
  AWS_REGION: 'us-east-1',
});

/** The address of an API on an emulator. LocalStack introduced this path; other emulators use it, too. */
export const emulatorUrl = (endpoint: string, apiId: string, stage: string): string =>
  `${endpoint.replace(/^http/, 'ws')}/_aws/execute-api/${apiId}/${stage}`;

/** The address of an HTTP API on an emulator. */
export const emulatorPageUrl = (endpoint: string, apiId: string): string =>
  `${endpoint}/_aws/execute-api/${apiId}/$default`;

/** The physical id of the only resource of a type whose logical id has this prefix. */
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
