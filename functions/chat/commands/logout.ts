import { acknowledge } from '../acknowledge.ts';
import { memberCommand } from '../command.ts';
import { endSession } from '../end-session.ts';

export const logout = memberCommand('logout', {
  async run(room, { arguments: shown, connection, member }) {
    await acknowledge(room, member, shown);
    const session = await room.sessions.find(member.name);
    if (session?.connectionId === connection.connectionId) await endSession(room, session, 'logout');
    return {};
  },
});
