import type * as v from 'valibot';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  record: 'an object',
};

/**
 * Describes what is wrong with a field, for users. A check has its own message: `a text of at most 64 characters`. For types, valibot's
 * messages are meant for developers, so they are replaced.
 */
export function wrongWith(issue: v.BaseIssue<unknown>): string {
  const { type, expected, message } = issue;
  if (type === 'strict_object') return expected === 'never' ? 'there is no such field.' : 'it is missing.';
  // Valibot formats the possible values as `("inbox" | "room")`.
  if (type === 'picklist' || type === 'literal')
    return `${expected?.replace(/[()]/g, '').replaceAll(' | ', ' or ')} is expected.`;
  return `${kinds[type] ?? message} is expected.`;
}
