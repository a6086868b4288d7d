import type * as v from 'valibot';

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  record: 'an object',
};

/**
 * What is wrong with a field, for people. What a schema checks, it says in its message: `a text of at most 64 characters`. What it is
 * made of has only valibot's words, which are for who wrote it.
 */
export function wrongWith(issue: v.BaseIssue<unknown>): string {
  const { type, expected, message } = issue;
  if (type === 'strict_object') return expected === 'never' ? 'there is no such field.' : 'it is missing.';
  // Valibot gives the values that are possible as `("inbox" | "room")`.
  if (type === 'picklist' || type === 'literal')
    return `${expected?.replace(/[()]/g, '').replaceAll(' | ', ' or ')} is expected.`;
  return `${kinds[type] ?? message} is expected.`;
}
