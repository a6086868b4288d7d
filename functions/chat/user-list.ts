import type { Result } from '../../protocol/index.ts';
import { pageOf } from './reply-page.ts';

const byName = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** Sorts user names as a reader expects: case does not matter, and numbers count as numbers. */
export function sortNames(names: Iterable<string>): string[] {
  return [...names].sort(byName.compare);
}

/** The sorted names, as many as fit one reply, and how many there are. */
export function userList(names: Iterable<string>): Result<'whoelse'> {
  const all = sortNames(names);
  return { users: pageOf(all).fitting, total: all.length };
}
