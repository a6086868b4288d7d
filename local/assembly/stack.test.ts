import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { baseResources, httpApi, lambdaRoute, mockRoute, type Resources, writeAssembly } from '../fixtures/assembly.ts';
import { bucketResources } from '../fixtures/s3-client.ts';
import { readCloudAssembly } from './cloud-assembly.ts';
import { readStack, type Stack } from './stack.ts';
import { Template } from './template.ts';

async function read(resources: Resources, outputs: Record<string, unknown> = {}): Promise<Stack> {
  const folder = await writeAssembly({ ...baseResources, ...resources }, outputs);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return readStack(await readCloudAssembly(folder));
}

test('a stack is read from its cloud assembly', async () => {
  const stack = await read({
    ...lambdaRoute('two-way', 'Probe', true),
    ...mockRoute('ping', 'pong'),
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(2 hours)', Targets: [{ Arn: { 'Fn::GetAtt': ['Probe', 'Arn'] } }] },
    },
    Disabled: {
      Type: 'AWS::Events::Rule',
      Properties: { ScheduleExpression: 'rate(1 day)', State: 'DISABLED', Targets: [] },
    },
  });
  const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:Test-Probe';
  expect(stack).toMatchObject({
    target: { stackName: 'Test', region: 'us-east-1', account: '000000000000' },
    api: { stage: 'prod', routeKeyPath: ['action'] },
    functions: [{ logicalId: 'Probe', arn: functionArn, timeoutMs: 5000, environment: { ITEMS_TABLE: 'Test-Items' } }],
    tables: [{ logicalId: 'Items', name: 'Test-Items', ttlAttribute: 'expiresAt' }],
    schedules: [{ logicalId: 'Rule', periodMs: 7_200_000, targets: [{ functionArn }] }],
  });
  expect([...stack.api.routes.values()]).toMatchObject([
    { key: '$connect', twoWay: false },
    { key: '$disconnect', twoWay: false },
    { key: 'two-way', twoWay: true, integration: { type: 'AWS_PROXY', functionArn, timeoutMs: 29_000 } },
    { key: 'ping', twoWay: true, integration: { type: 'MOCK', reply: 'pong' } },
  ]);
});

test("a custom domain has API Gateway's names", async () => {
  const { api, outputs } = await read(
    {
      Domain: { Type: 'AWS::ApiGatewayV2::DomainName', Properties: { DomainName: 'chat.example.org' } },
      Mapping: {
        Type: 'AWS::ApiGatewayV2::ApiMapping',
        Properties: { ApiId: { Ref: 'Api' }, DomainName: { Ref: 'Domain' } },
      },
    },
    {
      Url: { Value: { 'Fn::Join': ['', ['wss://', { Ref: 'Domain' }]] } },
      DomainTarget: { Value: { 'Fn::GetAtt': ['Domain', 'RegionalDomainName'] } },
    },
  );
  expect(api.customDomainNames).toEqual(['chat.example.org']);
  expect(outputs).toEqual({
    Url: 'wss://chat.example.org',
    DomainTarget: expect.stringMatching(/^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/),
  });
});

test('an HTTP API is read', async () => {
  const { api, httpApi: http } = await read(httpApi({ rate: 2, burst: 5 }, { TimeoutInMillis: 1000 }));
  expect([...api.routes.keys()]).toEqual(['$connect', '$disconnect']);
  expect(http).toEqual({
    id: expect.stringMatching(/^[a-z0-9]{10}$/),
    domainName: `${http?.id}.execute-api.us-east-1.amazonaws.com`,
    customDomainNames: [],
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Test-Probe',
    timeoutMs: 1000,
    throttle: { rate: 2, burst: 5 },
  });
  expect((await read({})).httpApi).toBeUndefined();
});

function rule(properties: object, target: object = {}) {
  const Targets = [{ Arn: { 'Fn::GetAtt': ['Probe', 'Arn'] }, Id: 'Target0', ...target }];
  return { Type: 'AWS::Events::Rule', Properties: { ...properties, Targets } };
}

function bucket(Properties: Record<string, unknown>) {
  return { Type: 'AWS::S3::Bucket', Properties };
}

test('buckets and rules on their events are read', async () => {
  const stack = await read({
    ...bucketResources,
    Quiet: bucket({ BucketEncryption: {} }),
    Created: rule({ EventPattern: { source: ['aws.s3'] } }),
    Off: rule({ EventPattern: { source: ['aws.s3'] }, State: 'DISABLED' }),
  });
  expect(stack.buckets).toEqual([
    {
      logicalId: 'Store',
      name: 'test-store',
      eventBridge: true,
      cors: [],
      lifecycle: [
        { prefix: 'files/', expirationDays: 2, abortUploadsDays: undefined },
        { prefix: '', expirationDays: undefined, abortUploadsDays: 1 },
      ],
    },
    { logicalId: 'Quiet', name: 'test-quiet', eventBridge: false, lifecycle: [], cors: [] },
  ]);
  expect(stack.eventRules).toMatchObject([{ logicalId: 'Created', targets: [{ input: undefined }] }]);
  expect([{ source: 'aws.s3' }, { source: 'aws.ec2' }].map(stack.eventRules[0]?.pattern ?? Boolean)).toEqual([
    true,
    false,
  ]);
});

test('a route is two-way only with both a selection expression and a route response', async () => {
  const { [`Route${Buffer.from('half').toString('hex')}Response`]: _, ...half } = lambdaRoute('half', 'Probe', true);
  expect((await read(half)).api.routes.get('half')?.twoWay).toBe(false);
});

test('a MOCK integration without an integration response has no reply', async () => {
  const id = `Route${Buffer.from('ping').toString('hex')}IntegrationResponse`;
  const { [id]: _, ...incomplete } = mockRoute('ping', 'pong');
  expect((await read(incomplete)).api.routes.get('ping')?.integration).toEqual({ type: 'MOCK', reply: undefined });
});

test.each(['Integration', 'IntegrationResponse'])(
  'a MOCK integration replies only if an expression selects the template of its %s',
  async (part) => {
    const resources = mockRoute('ping', 'pong');
    const id = `Route${Buffer.from('ping').toString('hex')}${part}`;
    delete resources[id]?.Properties?.['TemplateSelectionExpression'];
    expect((await read(resources)).api.routes.get('ping')?.integration).toEqual({ type: 'MOCK', reply: undefined });
    Object.assign(resources[id]?.Properties ?? {}, { TemplateSelectionExpression: '$default' });
    await expect(read(resources)).rejects.toThrow(/TemplateSelectionExpression/);
  },
);

test.each([
  ['an unknown resource type', { Queue: { Type: 'AWS::Kinesis::Stream' } }, /AWS::Kinesis::Stream \(Queue\)/],
  [
    'an authorizer',
    {
      R: {
        Type: 'AWS::ApiGatewayV2::Route',
        Properties: {
          ApiId: { Ref: 'Api' },
          RouteKey: 'x',
          Target: 'integrations/y',
          AuthorizationType: 'AWS_IAM',
        },
      },
    },
    /R \(AWS::ApiGatewayV2::Route\).*AuthorizationType/,
  ],
  ['Velocity', mockRoute('ping', '$context.requestId'), /Velocity/],
  [
    'a rule without a rate and without a pattern',
    { Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [] } } },
    /Rule: only rules with an event pattern or a rate/,
  ],
  [
    'an operator of event patterns',
    { Rule: rule({ EventPattern: { source: [{ cidr: '10.0.0.0/8' }] } }) },
    /Rule\.EventPattern\.source/,
  ],
  ['a part of an event for a target', { Rule: rule({ EventPattern: {} }, { InputPath: '$.detail' }) }, /InputPath/],
  [
    'another payload format',
    httpApi(undefined, { PayloadFormatVersion: '1.0' }),
    /HttpIntegration .*PayloadFormatVersion/,
  ],
  ['versions of objects', { Store: bucket({ VersioningConfiguration: { Status: 'Enabled' } }) }, /Store .*Versioning/],
  [
    'a lifecycle by size',
    { Store: bucket({ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ObjectSizeGreaterThan: 1 }] } }) },
    /Store .*ObjectSizeGreaterThan/,
  ],
  [
    'an unknown method in a cross-origin rule',
    { Store: bucket({ CorsConfiguration: { CorsRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] }] } }) },
    /Store .*Cors/,
  ],
  [
    'another runtime',
    {
      Py: {
        Type: 'AWS::Lambda::Function',
        Properties: { Runtime: 'python3.13', Handler: 'a.b', Code: { S3Key: 'probe.zip' } },
      },
    },
    /Py .*Runtime/,
  ],
  [
    'code that is not among the assets',
    {
      Lost: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Role: 'arn:aws:iam::000000000000:role/any',
          Runtime: 'nodejs24.x',
          Handler: 'a.b',
          Code: { S3Key: 'x.zip' },
        },
      },
    },
    /the code of Lost/,
  ],
] as [string, Resources, RegExp][])('%s is refused by name', async (_, resources, message) => {
  await expect(read(resources)).rejects.toThrow(message);
});

test('a folder without a cloud assembly is refused', async () => {
  await expect(readCloudAssembly('/nonexistent')).rejects.toThrow(
    'manifest.json is missing: synthesize the stack first',
  );
});

const template = new Template(
  new Map([
    ['Fn', { Type: 'AWS::Lambda::Function' }],
    ['Role', { Type: 'AWS::IAM::Role' }],
    ['Bucket', { Type: 'AWS::S3::Bucket' }],
    ['Stage', { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: 'prod' } }],
  ]),
  { stackName: 'S', account: '123456789012', region: 'eu-north-1' },
);
const dollar = '$';

test.each([
  [{ Ref: 'Fn' }, 'S-Fn'],
  [{ Ref: 'Stage' }, 'prod'],
  [{ Ref: 'Bucket' }, 's-bucket'],
  [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, 'arn:aws:s3:::s-bucket'],
  [{ Ref: 'AWS::Region' }, 'eu-north-1'],
  [{ 'Fn::GetAtt': ['Fn', 'Arn'] }, 'arn:aws:lambda:eu-north-1:123456789012:function:S-Fn'],
  [{ 'Fn::GetAtt': 'Fn.Arn' }, 'arn:aws:lambda:eu-north-1:123456789012:function:S-Fn'],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] }, 'a-123456789012'],
  [
    { 'Fn::Sub': `${dollar}{AWS::Partition}/${dollar}{Fn.Arn}` },
    'aws/arn:aws:lambda:eu-north-1:123456789012:function:S-Fn',
  ],
  [{ 'Fn::Sub': [`${dollar}{x}${dollar}{!y}`, { x: { Ref: 'Fn' } }] }, `S-Fn${dollar}{y}`],
  [{ 'Fn::Select': [1, { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
  [{ nested: [{ Ref: 'Fn' }, 7, null] }, { nested: ['S-Fn', 7, null] }],
])('%j is %j', (value, expected) => {
  expect(template.resolve(value)).toEqual(expected);
});

test.each([
  [{ 'Fn::ImportValue': 'x' }, 'Fn::ImportValue'],
  [{ Ref: 'Nothing' }, 'Nothing'],
  [{ 'Fn::GetAtt': ['Role', 'RoleId'] }, 'RoleId of Role (AWS::IAM::Role)'],
])('%j is refused', (value, message) => {
  expect(() => template.resolve(value)).toThrow(message);
});
