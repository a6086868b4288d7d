import { endSession } from '../leave.ts';
import { handle } from './command.ts';

export const logout = handle('logout', {
  async run(room, { connection, member }) {
    const session = await room.sessions.find(member.name);
    if (session?.connectionId === connection.connectionId) await endSession(room, session, 'logout');
    return {};
  },
});
