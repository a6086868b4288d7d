import type { WebSocketApi } from '../../local/assembly/api.ts';
import { readCloudAssembly } from '../../local/assembly/cloud-assembly.ts';
import { readStack } from '../../local/assembly/stack.ts';
import type { Template } from '../../local/assembly/template.ts';
import { Access, type Grant } from '../../local/iam/access.ts';

/** A permission of a function's role, with the logical names of the stack's resources. */
export interface Permission {
  readonly function: string;
  /** IAM's name. */
  readonly action: string;
  /** Such as `Users`, `Users/index/lastSeen`, `Bucket/files/*`. */
  readonly resource: string;
  readonly conditions: string;
}

/** The permissions in the synthesized template, and a function that names a grant. */
export interface Permissions {
  readonly all: readonly Permission[];
  readonly of: (grant: Grant) => Permission;
}

/** Actions that Lambda itself performs with every function's role: logging and tracing. */
export const usedByLambda: ReadonlySet<string> = new Set([
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
]);

/** Reads the permissions of a cloud assembly. */
export async function readPermissions(folder: string): Promise<Permissions> {
  const assembly = await readCloudAssembly(folder);
  const { api, functions, roles } = readStack(assembly);
  const named = namer(assembly.template, api);
  const of = ({ action, conditions, function: name, resource }: Grant) => ({
    function: withoutDigest(name),
    action,
    resource: named(resource),
    conditions,
  });
  const all = new Map(new Access(functions, roles).grants.map((grant) => [keyOf(of(grant)), of(grant)]));
  return { all: [...all.values()], of };
}

/** The permissions that none of these grants uses, except those that Lambda itself uses. */
export function unusedPermissions({ all, of }: Permissions, used: readonly Grant[]): Permission[] {
  const keys = new Set(used.map((grant) => keyOf(of(grant))));
  return all.filter((permission) => !keys.has(keyOf(permission)) && !usedByLambda.has(permission.action));
}

const keyOf = (permission: Permission) =>
  [permission.function, permission.action, permission.resource, permission.conditions].join(' ');

/** The CDK's logical ids end in eight digits that make them unique. */
const withoutDigest = (logicalId: string) => logicalId.replace(/[0-9A-F]{8}$/, '');

/** Replaces ARNs by the names of the resources. The stage becomes `<stage>`, because it is configurable. */
function namer(template: Template, { id, stage }: Pick<WebSocketApi, 'id' | 'stage'>): (arn: string) => string {
  const names = [...template.resources.keys()]
    .map((logicalId) => [String(template.resolve({ Ref: logicalId })), withoutDigest(logicalId)] as const)
    // The longest name first, because a name may be a prefix of another one.
    .sort(([one], [other]) => other.length - one.length);
  return (arn) => {
    const path = arn
      .replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '')
      .replace(/^(table\/|function:|log-group:)/, '')
      .replace(`${id}/${stage}/`, `${id}/<stage>/`);
    const [physical, logical] = names.find(([name]) => path.startsWith(name)) ?? ['', ''];
    return logical + path.slice(physical.length).replace(/:\*$/, '');
  };
}
