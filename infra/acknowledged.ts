import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { objectPrefixes } from '../functions/aws/names.ts';
import type { ConnectionPermission } from './functions.ts';

/**
 * The findings of cdk-nag's AwsSolutions rules that this stack accepts, each with its reason. Any other finding fails
 * `npm run synth`.
 */
export function acknowledgeFindings(
  stack: Stack,
  { api, stage, bucket, tracing }: { api: string; stage: string; bucket: string; tracing: boolean },
) {
  const connections = (['POST', 'GET', 'DELETE'] as const satisfies ConnectionPermission[]).map(
    (permission) =>
      `Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${api}>/${stage}/${permission}/@connections/*`,
  );
  const objects = objectPrefixes.map((prefix) => `Resource::<${bucket}.Arn>/${prefix}/*`);
  accept(stack, [
    [
      'APIG1',
      "Every command is one line in the room's own log, with user, command, time and result. An access log would double the cost of logging and contain less. The page's files are public, and its throttle bounds the requests.",
    ],
    [
      'APIG4',
      "Users log in by a command over the WebSocket. The room itself authorizes every command (protocol/commands), counts wrong passwords, and identifies a user by the connection. The page's files are public.",
    ],
    ...connections.map(
      (finding) =>
        [
          `IAM5[${finding}]`,
          'Connection ids are unknown at deployment. The wildcard covers only them: API, stage and method are named.',
        ] as const,
    ),
    ...objects.map(
      (finding) =>
        [
          `IAM5[${finding}]`,
          'Object names are unknown at deployment. The wildcard covers only them: bucket and folder are named.',
        ] as const,
    ),
    ['SQS3', 'It is the dead-letter queue itself. Only an operator reads it.'],
    ...(tracing ? [['IAM5[Resource::*]', 'X-Ray does not support resource-level permissions.'] as const] : []),
    [
      'S1',
      "The bucket is reached only by presigned URLs and by named roles. Access logs would want a second bucket, kept and paid for to log what the room's own log already has.",
    ],
  ]);
}

function accept(scope: IConstruct, findings: readonly (readonly [rule: string, reason: string])[]): void {
  for (const [rule, reason] of findings) Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}
