import { memberCommand } from '../command.ts';
import { userList } from '../user-list.ts';

export const whoelse = memberCommand('whoelse', {
  prefetch: (room) => room.sessions.all(),

  async run(_room, { member }, present) {
    const others = present.filter((session) => session.name !== member.name);
    return userList(others.map((session) => session.displayName));
  },
});
