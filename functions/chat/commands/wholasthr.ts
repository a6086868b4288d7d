import { memberCommand } from '../command.ts';
import { userList } from '../user-list.ts';

export const wholasthr = memberCommand('wholasthr', {
  prefetch: async (room) => {
    const [present, state] = await Promise.all([room.sessions.all(), room.state.read()]);
    return { present, state };
  },

  async run(room, { member }, { present, state }) {
    const left = await room.accounts.seenSince(room.clock.now() - state.lastHour * 1000);
    const seen = new Map([...left, ...present].map((one) => [one.name, one.displayName]));
    seen.delete(member.name);
    return userList(seen.values());
  },
});
