import { handle } from './command.ts';

export const ack = handle('ack', {
  async run(room, { arguments: { inbox, room: broadcasts }, member }) {
    await room.accounts.acknowledge(member, {
      ...(inbox !== undefined && { inbox }),
      ...(broadcasts !== undefined && { room: broadcasts }),
    });
    return {};
  },
});
