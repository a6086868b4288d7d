import type { Printed } from '../terminal/line.ts';
import type { NamesSeen } from './names-seen.ts';

/** The lines of a list of users. The room may have returned only a part of it. */
export function userList(
  heading: string,
  { users, total = users.length }: { readonly users: readonly string[]; readonly total?: number | undefined },
  names: NamesSeen,
): Printed[] {
  names.add(...users);
  const shown = [heading, users.length > 0 ? { users } : '(nobody)'];
  return total > users.length ? [...shown, `... and ${total - users.length} more`] : shown;
}
