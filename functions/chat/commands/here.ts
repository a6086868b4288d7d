import { memberCommand } from '../command.ts';

export const here = memberCommand('here', {
  async run(room, { connection }) {
    await room.connections.recordAnswer(connection.connectionId, room.clock.now());
    return {};
  },
});
