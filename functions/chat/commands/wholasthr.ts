import { handle } from './command.ts';
import { listOf } from './whoelse.ts';

export const wholasthr = handle('wholasthr', {
  prepare: async (room) => {
    const [present, state] = await Promise.all([room.sessions.all(), room.state.read()]);
    return { present, state };
  },

  async run(room, { member }, { present, state }) {
    const left = await room.accounts.seenSince(room.clock.now() - state.lastHour * 1000);
    const seen = new Map([...left, ...present].map((one) => [one.name, one.displayName]));
    seen.delete(member.name);
    return listOf(seen.values());
  },
});
