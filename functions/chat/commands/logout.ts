import { endSession } from '../end-session.ts';
import { acknowledge } from './ack.ts';
import { handle } from './command.ts';

export const logout = handle('logout', {
  async run(room, { arguments: shown, connection, member }) {
    await acknowledge(room, member, shown);
    const session = await room.sessions.find(member.name);
    if (session?.connectionId === connection.connectionId) await endSession(room, session, 'logout');
    return {};
  },
});
