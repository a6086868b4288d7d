import { join } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { variables } from '../functions/aws/names.ts';
import { type FunctionName, functions, type InvokableFunction } from './functions.ts';

export interface RoomFunctionProps {
  readonly name: FunctionName;
  /** Folder with a bundle folder per function. */
  readonly bundles: string;
  readonly logGroup: ILogGroup;
  /** Whether invocations are traced with X-Ray. */
  readonly tracing: boolean;
  /** The queue for asynchronous events that fail at every attempt. */
  readonly deadLetters: IQueue;
}

const variableOf: Record<InvokableFunction, string> = {
  fanout: variables.fanoutFunction,
  notices: variables.noticesFunction,
  sweeper: variables.sweeperFunction,
};

/** A Lambda function of the room. It may write its log; the other constructs grant all other permissions. */
export class RoomFunction extends LambdaFunction {
  private readonly executionRole: Role;

  constructor(scope: Construct, id: string, { name, bundles, logGroup, tracing, deadLetters }: RoomFunctionProps) {
    const { purpose, memory, timeout, asynchronous } = functions[name];
    // Not Lambda's managed basic role, which may write to every log group of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    super(scope, id, {
      description: purpose,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(bundles, name)),
      handler: 'index.handler',
      memorySize: memory,
      timeout: Duration.seconds(timeout),
      // Stack traces then name source files and lines. It costs about 10 ms per cold start on a full vCPU.
      environment: { NODE_OPTIONS: '--enable-source-maps', [variables.metricsService]: Stack.of(scope).stackName },
      role,
      ...(tracing && { tracing: Tracing.ACTIVE }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // The platform's three lines about each successful invocation would be most of the log and its cost.
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(asynchronous && {
        maxEventAge: Duration.seconds(asynchronous.maxAge),
        retryAttempts: asynchronous.retries,
        onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
      }),
    });
    this.executionRole = role;
    logGroup.grantWrite(role);
    // CDK's own destination would also grant reading the queue's attributes.
    if (asynchronous) {
      this.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    }
  }

  /** Lets another function invoke this one, and passes the name to it. */
  invokableBy(caller: RoomFunction, name: InvokableFunction): void {
    const statement = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] });
    if (caller === this) {
      // The function's role cannot refer to the function: for CloudFormation that is a circular dependency.
      new Policy(this, 'InvokeItself', { statements: [statement] }).attachToRole(this.executionRole);
      return;
    }
    caller.addEnvironment(variableOf[name], this.functionName);
    caller.addToRolePolicy(statement);
  }
}
