import { RoomError } from '../errors.ts';
import { readApi, type WebSocketApi } from './api.ts';
import { type Bucket, readBuckets } from './buckets.ts';
import type { CloudAssembly } from './cloud-assembly.ts';
import { type LambdaFunction, readFunctions } from './functions.ts';
import { type HttpApi, readHttpApi } from './http-api.ts';
import { type PolicyStatement, readRoles } from './roles.ts';
import { type EventRule, readRules, type Schedule } from './rules.ts';
import { readTables, type Table, tableTypes } from './tables.ts';
import type { Target } from './template.ts';

/** A stack, with everything that the local room needs to run it. */
export interface Stack {
  readonly target: Target;
  readonly api: WebSocketApi;
  /** The API of the web page, if the stack has one. */
  readonly httpApi: HttpApi | undefined;
  readonly functions: readonly LambdaFunction[];
  readonly tables: readonly Table[];
  readonly buckets: readonly Bucket[];
  readonly schedules: readonly Schedule[];
  readonly eventRules: readonly EventRule[];
  /** The policy statements of each role, by role ARN. */
  readonly roles: ReadonlyMap<string, readonly PolicyStatement[]>;
  /** Logical ids of the log groups, by their names. */
  readonly logGroups: ReadonlyMap<string, string>;
  /** The stack's outputs, resolved. */
  readonly outputs: Readonly<Record<string, string>>;
}

const understood: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::IntegrationResponse',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::RouteResponse',
  'AWS::ApiGatewayV2::Stage',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Logs::LogGroup',
  ...tableTypes,
]);

/** Resource types without a local counterpart: resource policies, deployments, custom domains and monitoring. */
const needless: ReadonlySet<string> = new Set([
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::ApiGatewayV2::Deployment',
  'AWS::ApiGatewayV2::DomainName',
  'AWS::CDK::Metadata',
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  // It requires TLS, which loopback does not have.
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

/**
 * Reads the stack of a cloud assembly.
 * @throws RoomError that names an unsupported resource type.
 */
export function readStack({ template, outputs, assets }: CloudAssembly): Stack {
  for (const [logicalId, { Type }] of template.resources) {
    if (!understood.has(Type) && !needless.has(Type)) {
      throw new RoomError(
        `the stack has a resource of type ${Type} (${logicalId}), which the local room does not know`,
      );
    }
  }
  return {
    target: template.target,
    api: readApi(template),
    httpApi: readHttpApi(template),
    functions: readFunctions(template, assets),
    tables: readTables(template),
    buckets: readBuckets(template),
    ...readRules(template),
    roles: readRoles(template),
    logGroups: new Map(
      [...template.ofType('AWS::Logs::LogGroup')].map(([id]) => [String(template.resolve({ Ref: id })), id]),
    ),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, String(template.resolve(value))]),
    ),
  };
}
