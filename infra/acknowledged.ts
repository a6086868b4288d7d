import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { objectPrefixes } from '../functions/aws/names.ts';
import type { ConnectionPermission } from './functions.ts';

/**
 * What cdk-nag's AwsSolutions rules find in this stack and why it is as it is meant to be: every exception, in one list.
 * A finding that is not here fails `npm run synth`.
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
      "Every command is one line in the room's own log, with who, what, when and the result; an access log beside it would double the price of logging and say less.",
    ],
    [
      'APIG4',
      'People log in over the socket, by commands: the room itself holds which of them need a login (protocol/commands), counts wrong passwords, and knows who speaks by the connection.',
    ],
    ...connections.map(
      (finding) =>
        [
          `IAM5[${finding}]`,
          'Connection ids come and go. The wildcard stands for them alone: API, stage and method are named.',
        ] as const,
    ),
    ...objects.map(
      (finding) =>
        [
          `IAM5[${finding}]`,
          'Objects come and go. The wildcard stands for their names alone: the bucket and the folder are named.',
        ] as const,
    ),
    ['SQS3', 'It is the queue of dead letters itself: nothing takes from it but a person.'],
    ...(tracing ? [['IAM5[Resource::*]', 'X-Ray knows no resources to name.'] as const] : []),
    [
      'S1',
      "The bucket is reached only by presigned URLs and by named roles. Access logs would want a second bucket, kept and paid for to log what the room's own log already has.",
    ],
  ]);
}

function accept(scope: IConstruct, findings: readonly (readonly [rule: string, reason: string])[]): void {
  for (const [rule, reason] of findings) Validations.of(scope).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}
