import * as v from 'valibot';
import { readProperties } from './properties.ts';
import type { Template } from './template.ts';

const texts = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((one) => [one].flat()),
);

// Strict: a statement that is read only in part may allow too much.
const statementSchema = v.strictObject({
  Sid: v.optional(v.string()),
  Effect: v.picklist(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Condition: v.optional(
    v.strictObject({
      StringEquals: v.optional(v.record(v.string(), texts), {}),
      StringLike: v.optional(v.record(v.string(), texts), {}),
    }),
    {},
  ),
});

/** A policy statement with resolved references. */
export type PolicyStatement = v.InferOutput<typeof statementSchema>;

const policyEntries = {
  PolicyDocument: v.object({ Statement: v.array(statementSchema) }),
  Roles: v.optional(v.array(v.string()), []),
};

const nothing = v.optional(v.undefined());

const roleEntries = { ManagedPolicyArns: nothing, PermissionsBoundary: nothing, Policies: nothing };

/** Reads the policy statements of a template's roles, by role ARN. */
export function readRoles(template: Template): ReadonlyMap<string, readonly PolicyStatement[]> {
  const policies = [...template.ofType('AWS::IAM::Policy')].map(([logicalId, resource]) =>
    readProperties(template, logicalId, resource, policyEntries),
  );
  return new Map(
    [...template.ofType('AWS::IAM::Role')].map(([logicalId, resource]) => {
      readProperties(template, logicalId, resource, roleEntries);
      const name = String(template.resolve({ Ref: logicalId }));
      const own = policies.filter(({ Roles }) => Roles.includes(name));
      return [
        String(template.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
        own.flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
      ];
    }),
  );
}
