import { consoleCommand } from '../console-command.ts';
import type { Desk } from '../desk.ts';
import { moment, texts } from '../texts.ts';

/** Shows a list as its parts come: however long it is, this program holds one part of it. */
async function showList<T>(
  desk: Desk,
  heading: string,
  parts: AsyncIterable<{ readonly users: readonly T[] }>,
  line: (one: T) => string,
): Promise<undefined> {
  let shown = 0;
  for await (const { users } of parts) {
    for (const one of users) {
      desk.show(one, ...(shown === 0 ? [heading] : []), line(one));
      shown += 1;
    }
    if (desk.signal.aborted) break;
  }
  if (shown === 0) desk.note(heading, texts.nobody);
}

export const onlineUsers = consoleCommand('online-users', {
  run: (desk) =>
    showList(desk, texts.onlineUsers, desk.admin.askOn('online-users', {}), (one) => {
      const lost = one.state === 'lost' ? ', connection lost' : '';
      return `${one.user} on ${one.address} since ${moment(one.since)}, last active at ${moment(one.lastActive)}${lost}`;
    }),
});

export const blockedUsers = consoleCommand('blocked-users', {
  run: (desk) =>
    showList(
      desk,
      texts.blockedUsers,
      desk.admin.askOn('blocked-users', {}),
      (one) => `${one.user} on ${one.address} until ${moment(one.until)}`,
    ),
});

export const allUsers = consoleCommand('all-users', {
  run: (desk) =>
    showList(desk, texts.allUsers, desk.admin.askOn('all-users', {}), (one) => {
      const seen = one.lastSeen === undefined ? '' : `, last seen at ${moment(one.lastSeen)}`;
      return `"${one.user}" created at ${moment(one.created)}${seen}, ${one.state}`;
    }),
});
