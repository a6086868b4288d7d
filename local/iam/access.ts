import type { LambdaFunction } from '../assembly/functions.ts';
import type { PolicyStatement } from '../assembly/roles.ts';
import type { Attribution, UsedPermission } from '../recorder.ts';
import { conditionsOf, isLike, speaksOf } from './statement.ts';

/** A permission of a function's role: an action on the resources that match a pattern, under conditions. */
export interface Grant {
  /** The function's logical id. */
  readonly function: string;
  readonly action: string;
  /** ARN with wildcards. */
  readonly resource: string;
  /** The condition keys and the patterns of their values, as text. */
  readonly conditions: string;
}

/** The maximum size of the cache of decisions. Each connection has its own ARN, so the cache would grow without limit. */
const keptDecisions = 10_000;

/**
 * Authorizes the calls of functions by their roles. A caller outside of Lambda counts as the account's owner, because the template does
 * not define other identities.
 */
export class Access {
  readonly #functions: ReadonlyMap<string, LambdaFunction>;
  readonly #roles: ReadonlyMap<string, readonly PolicyStatement[]>;
  readonly #used = new Map<string, Grant>();
  readonly #decisions = new Map<string, boolean>();
  readonly #refusals = new Set<string>();

  constructor(functions: readonly LambdaFunction[], roles: ReadonlyMap<string, readonly PolicyStatement[]>) {
    this.#functions = new Map(functions.map((one) => [one.logicalId, one]));
    this.#roles = roles;
  }

  /** Whether a caller has a role. The operator has none and may do everything. */
  binds(caller: Attribution): boolean {
    return this.#functions.has(caller.function);
  }

  /** Whether a caller may use a permission. */
  allows(caller: Attribution, permission: UsedPermission): boolean {
    const lambda = this.#functions.get(caller.function);
    return lambda === undefined || this.#allows(lambda, permission);
  }

  /** AWS's error message if a caller may not use these permissions; undefined if it may. */
  refusal(caller: Attribution, permissions: readonly UsedPermission[]): string | undefined {
    const lambda = this.#functions.get(caller.function);
    if (lambda === undefined) return undefined;
    const denied = permissions.find((permission) => !this.#allows(lambda, permission));
    if (denied === undefined) return undefined;
    const [account = '', , role = ''] = lambda.role.split(/[:/]/).slice(4);
    const refusal =
      `User: arn:aws:sts::${account}:assumed-role/${role}/${lambda.name} is not authorized to perform: ${denied.action}` +
      ` on resource: ${denied.arn} because no identity-based policy allows the ${denied.action} action`;
    this.#refusals.add(refusal);
    return refusal;
  }

  /** Every permission of the functions' roles. */
  get grants(): Grant[] {
    return [...this.#functions.values()].flatMap((lambda) =>
      this.#statements(lambda)
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap((statement) => grantsOf(lambda, statement)),
    );
  }

  /** The permissions that calls have used since the room started. */
  get used(): Grant[] {
    return [...this.#used.values()];
  }

  /** The distinct refusals since the room started. */
  get refusals(): string[] {
    return [...this.#refusals];
  }

  #allows(lambda: LambdaFunction, permission: UsedPermission): boolean {
    // Do not cache a decision with a context: the context differs from call to call.
    if (permission.context !== undefined) return this.#judge(lambda, permission);
    const name = `${lambda.logicalId} ${permission.action} ${permission.arn}`;
    let allowed = this.#decisions.get(name);
    if (allowed === undefined) {
      allowed = this.#judge(lambda, permission);
      if (this.#decisions.size >= keptDecisions) this.#decisions.clear();
      this.#decisions.set(name, allowed);
    }
    return allowed;
  }

  #judge(lambda: LambdaFunction, permission: UsedPermission): boolean {
    const speaking = this.#statements(lambda).filter((statement) => speaksOf(statement, permission));
    if (speaking.length === 0 || speaking.some(({ Effect }) => Effect === 'Deny')) return false;
    for (const grant of speaking.flatMap((statement) => grantsOf(lambda, statement))) {
      if (isLike(permission.action, grant.action) && isLike(permission.arn, grant.resource)) {
        this.#used.set(JSON.stringify(grant), grant);
      }
    }
    return true;
  }

  #statements(lambda: LambdaFunction): readonly PolicyStatement[] {
    return this.#roles.get(lambda.role) ?? [];
  }
}

function grantsOf(lambda: LambdaFunction, statement: PolicyStatement): Grant[] {
  const conditions = conditionsOf(statement)
    .map(({ key, values }) => `${key} = ${values.join(' or ')}`)
    .join(', ');
  return statement.Action.flatMap((action) =>
    statement.Resource.map((resource) => ({ function: lambda.logicalId, action, resource, conditions })),
  );
}
