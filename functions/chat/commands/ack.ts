import type { Arguments } from '../../../protocol/index.ts';
import type { Member } from '../people.ts';
import type { Room } from '../ports.ts';
import { handle } from './command.ts';

/** Notes how far somebody has been shown the streams; what is not given stays as it is. */
export async function acknowledge(room: Room, member: Member, shown: Arguments<'ack'>): Promise<void> {
  const { inbox, room: broadcasts } = shown;
  await room.accounts.acknowledge(member, {
    ...(inbox !== undefined && { inbox }),
    ...(broadcasts !== undefined && { room: broadcasts }),
  });
}

export const ack = handle('ack', {
  async run(room, { arguments: shown, member }) {
    await acknowledge(room, member, shown);
    return {};
  },
});
