import type { Result } from '../../../protocol/index.ts';
import { handle } from './command.ts';
import { pageOf } from './sync.ts';

const byName = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** User names in the order a person looks for them. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort(byName.compare);
}

/** So many of the names, sorted, as one reply can hold; and how many there are. */
export function listOf(names: Iterable<string>): Result<'whoelse'> {
  const all = sorted(names);
  return { users: pageOf(all).fitting, total: all.length };
}

export const whoelse = handle('whoelse', {
  prepare: (room) => room.sessions.all(),

  async run(_room, { member }, present) {
    const others = present.filter((session) => session.name !== member.name);
    return listOf(others.map((session) => session.displayName));
  },
});
