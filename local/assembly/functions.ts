import * as v from 'valibot';
import { RoomError } from '../errors.ts';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

/** A Lambda function of the stack. */
export interface LambdaFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The folder with the code. */
  readonly code: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  readonly runtime: string;
  /** ARN of the role with its permissions. */
  readonly role: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  /** How often a failed asynchronous event is retried, and its maximum age in milliseconds. */
  readonly asyncRetries: number;
  readonly asyncMaxAgeMs: number;
  /** ARN of the dead-letter queue for failed asynchronous events. */
  readonly onFailure: string | undefined;
}

const functionEntries = {
  Code: v.object({ S3Key: v.string() }),
  Handler: v.string(),
  Runtime: v.pipe(v.string(), v.startsWith('nodejs')),
  Role: v.string(),
  MemorySize: v.optional(v.number(), 128),
  Timeout: v.optional(v.number(), 3),
  Environment: v.optional(v.object({ Variables: v.optional(v.record(v.string(), v.string()), {}) }), {}),
  LoggingConfig: v.optional(v.object({ LogGroup: v.optional(v.string()) }), {}),
  Layers: v.optional(v.pipe(v.array(v.unknown()), v.length(0))),
};

// Lambda's own defaults: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
const asyncEntries = {
  FunctionName: v.string(),
  MaximumRetryAttempts: v.optional(v.number(), 2),
  MaximumEventAgeInSeconds: v.optional(v.number(), 6 * 60 * 60),
  DestinationConfig: v.optional(
    v.strictObject({
      OnFailure: v.optional(v.strictObject({ Destination: v.pipe(v.string(), v.startsWith('arn:aws:sqs:')) })),
    }),
  ),
};

/** Reads the Lambda functions of a template; `assets` holds the folders of their code. */
export function readFunctions(template: Template, assets: ReadonlyMap<string, string>): LambdaFunction[] {
  const asyncSettings = new Map(
    [...template.ofType('AWS::Lambda::EventInvokeConfig')].map(([logicalId, resource]) => {
      const settings = readProperties(template, logicalId, resource, asyncEntries);
      return [settings.FunctionName, settings];
    }),
  );
  return [...template.ofType('AWS::Lambda::Function')].map(([logicalId, resource]) => {
    const properties = readProperties(template, logicalId, resource, functionEntries);
    const code = assets.get(properties.Code.S3Key);
    if (code === undefined) throw new RoomError(`the code of ${logicalId} is not among the assets`);
    const { stackName, region, account } = template.target;
    const name = `${stackName}-${logicalId}`;
    return {
      logicalId,
      name,
      arn: `arn:aws:lambda:${region}:${account}:function:${name}`,
      code,
      handler: properties.Handler,
      runtime: properties.Runtime,
      role: properties.Role,
      memoryMb: properties.MemorySize,
      timeoutMs: properties.Timeout * 1000,
      environment: properties.Environment.Variables ?? {},
      logGroup: properties.LoggingConfig.LogGroup ?? `/aws/lambda/${name}`,
      asyncRetries: asyncSettings.get(name)?.MaximumRetryAttempts ?? asyncEntries.MaximumRetryAttempts.default,
      asyncMaxAgeMs:
        (asyncSettings.get(name)?.MaximumEventAgeInSeconds ?? asyncEntries.MaximumEventAgeInSeconds.default) * 1000,
      onFailure: asyncSettings.get(name)?.DestinationConfig?.OnFailure?.Destination,
    };
  });
}
