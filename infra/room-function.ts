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
  /** Whether X-Ray is told of every run. */
  readonly tracing: boolean;
  /** Where asynchronous events go that it could not handle. */
  readonly deadLetters: IQueue;
}

const variableOf: Record<InvokableFunction, string> = {
  fanout: variables.fanoutFunction,
  notices: variables.noticesFunction,
  sweeper: variables.sweeperFunction,
};

/** A Lambda function of the room. It may write its log; every other permission is bound to it by what it touches. */
export class RoomFunction extends LambdaFunction {
  private readonly executionRole: Role;

  constructor(scope: Construct, id: string, { name, bundles, logGroup, tracing, deadLetters }: RoomFunctionProps) {
    const { purpose, memory, timeout, asynchronous } = functions[name];
    // Not Lambda's managed basic role: that one may write to every log of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    super(scope, id, {
      description: purpose,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(bundles, name)),
      handler: 'index.handler',
      memorySize: memory,
      timeout: Duration.seconds(timeout),
      // Stack traces name our files and lines. Costs about 10 ms of a cold start on a full vCPU, and nothing after it.
      environment: { NODE_OPTIONS: '--enable-source-maps', [variables.metricsService]: Stack.of(scope).stackName },
      role,
      ...(tracing && { tracing: Tracing.ACTIVE }),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // The platform's three lines about every good invocation would be most of the log, and most of its price.
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(asynchronous && {
        maxEventAge: Duration.seconds(asynchronous.maxAge),
        retryAttempts: asynchronous.retries,
        onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
      }),
    });
    this.executionRole = role;
    logGroup.grantWrite(role);
    // CDK's own destination would let it look at the queue, too.
    if (asynchronous) {
      this.addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    }
  }

  /** Lets a function start this one, and tells it the name; this one itself has the name from Lambda. */
  invokableBy(caller: RoomFunction, name: InvokableFunction): void {
    const statement = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] });
    if (caller === this) {
      // The role's own policy is made before the function, so it cannot name it: CloudFormation takes no circles.
      new Policy(this, 'InvokeItself', { statements: [statement] }).attachToRole(this.executionRole);
      return;
    }
    caller.addEnvironment(variableOf[name], this.functionName);
    caller.addToRolePolicy(statement);
  }
}
