import { handle } from './command.ts';

const byName = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** User names in the order a person looks for them. */
export function sorted(names: Iterable<string>): string[] {
  return [...names].sort(byName.compare);
}

export const whoelse = handle('whoelse', {
  prepare: (room) => room.sessions.all(),

  async run(_room, { member }, present) {
    const others = present.filter((session) => session.name !== member.name);
    return { users: sorted(others.map((session) => session.displayName)), total: others.length };
  },
});
