import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { beforeAll, expect, test } from 'vitest';
import { variables } from '../functions/aws/names.ts';
import { RoomBucket } from './room-bucket.ts';
import { ofType, type Statement, statementsOf, synthesize, type TemplateResource } from './test-template.ts';

/** The bucket's logical id. With another id CloudFormation would create a new, empty bucket and orphan the old one. */
const logicalId = 'Bucket83908E77';

let lasting: Readonly<Record<string, TemplateResource>>;
let ephemeral: Readonly<Record<string, TemplateResource>>;
beforeAll(() => {
  lasting = synthesize();
  ephemeral = synthesize({ ephemeral: true });
});

test('there is one bucket, with a fixed logical id', () => {
  expect(ofType(lasting, 'AWS::S3::Bucket').map(([id]) => id)).toEqual([logicalId]);
});

test('it is private, encrypted, and owned by the account alone', () => {
  expect(lasting[logicalId]?.Properties).toMatchObject({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  });
  expect(lasting[logicalId]?.Properties).not.toHaveProperty('VersioningConfiguration');
});

test('its policy only denies requests without TLS', () => {
  const policies = ofType(lasting, 'AWS::S3::BucketPolicy').map(([, { Properties }]) => Properties);
  const statements = policies.flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement);
  expect(policies).toMatchObject([{ Bucket: { Ref: logicalId } }]);
  expect(statements).toEqual([
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 's3:*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      Resource: [
        { 'Fn::GetAtt': [logicalId, 'Arn'] },
        { 'Fn::Join': ['', [{ 'Fn::GetAtt': [logicalId, 'Arn'] }, '/*']] },
      ],
    },
  ]);
});

test('files expire a day later than in the room; interrupted uploads and stashes of unfinished backups expire after a day; backups and logs stay', () => {
  const rules = (resources: typeof lasting) => resources[logicalId]?.Properties['LifecycleConfiguration'];
  expect(rules(lasting)).toEqual({
    Rules: [
      { Id: 'ForgottenFiles', Status: 'Enabled', Prefix: 'files/', ExpirationInDays: 15 },
      { Id: 'UnfinishedBackups', Status: 'Enabled', Prefix: 'backups/unfinished/', ExpirationInDays: 1 },
      { Id: 'BrokenUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    ],
  });
  expect(rules(synthesize({ fileRetentionDays: 3 }))).toMatchObject({
    Rules: [{ ExpirationInDays: 4 }, {}, {}],
  });
});

test('it reports new objects to EventBridge, without a custom resource', () => {
  expect(lasting[logicalId]?.Properties['NotificationConfiguration']).toEqual({
    EventBridgeConfiguration: { EventBridgeEnabled: true },
  });
  expect(Object.values(lasting).map(({ Type }) => Type)).not.toContain('Custom::S3BucketNotifications');
});

test('it is retained when the stack is deleted, unless the stack is ephemeral', () => {
  expect(lasting[logicalId]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(ephemeral[logicalId]).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  expect(Object.values(ephemeral).map(({ Type }) => Type)).not.toContain('Custom::S3AutoDeleteObjects');
});

test('a function bound to it has the listed permissions in the listed folders, and its name', () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Test');
  const code = Code.fromInline('-');
  const fn = new LambdaFunction(stack, 'Fn', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code });
  new RoomBucket(stack, 'Bucket', {
    fileRetention: Duration.days(14),
    ephemeral: false,
    pageOrigin: 'https://page.example.org',
  }).bindTo(fn, {
    files: ['GetObject', 'PutObject'],
    logs: ['PutObject', 'ListBucket'],
  });
  const resources: typeof lasting = Template.fromStack(stack).toJSON()['Resources'];
  const [[roleId] = ['']] = ofType(resources, 'AWS::IAM::Role');
  const bucketArn = { 'Fn::GetAtt': [logicalId, 'Arn'] };
  const below = (prefix: string) => ({ 'Fn::Join': ['', [bucketArn, `/${prefix}/*`]] });
  expect(statementsOf(resources, roleId)).toEqual([
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: below('files') },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: below('logs') },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucketArn,
      Condition: { StringLike: { 's3:prefix': 'logs/*' } },
    },
  ]);
  const environments = ofType(resources, 'AWS::Lambda::Function').map(([, fn]) => fn.Properties['Environment']);
  expect(environments).toEqual([{ Variables: { [variables.bucket]: { Ref: logicalId } } }]);
});
