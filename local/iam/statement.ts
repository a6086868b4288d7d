import type { PolicyStatement } from '../assembly/roles.ts';
import type { UsedPermission } from '../recorder.ts';

/**
 * Whether a statement applies to a permission:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export function speaksOf(statement: PolicyStatement, { action, arn, context = {} }: UsedPermission): boolean {
  return (
    // Actions are case-insensitive, resources are not.
    statement.Action.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    statement.Resource.some((pattern) => isLike(arn, pattern)) &&
    conditionsOf(statement).every(({ key, like, values }) => {
      const value = context[key];
      // A request without the key does not meet the condition.
      return value !== undefined && values.some((one) => (like ? isLike(value, one) : value === one));
    })
  );
}

/** A statement's conditions. A request must meet all of them. */
export function conditionsOf({ Condition }: PolicyStatement): { key: string; like: boolean; values: string[] }[] {
  const { StringEquals, StringLike } = Condition;
  return [
    ...Object.entries(StringEquals).map(([key, values]) => ({ key, like: false, values })),
    ...Object.entries(StringLike).map(([key, values]) => ({ key, like: true, values })),
  ];
}

/** Whether a text matches a pattern: `*` stands for any characters, `?` for exactly one. */
export function isLike(text: string, pattern: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
