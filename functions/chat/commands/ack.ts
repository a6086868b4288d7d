import type { Arguments } from '../../../protocol/index.ts';
import type { Member } from '../model.ts';
import type { Room } from '../ports.ts';
import { handle } from './command.ts';

/**
 * Notes how far somebody has been shown the streams; what is not given stays as it is. Nobody has been shown what there is not
 * yet: a cursor beyond a stream's end would make numbers of its next messages that nobody has reached.
 */
export async function acknowledge(room: Room, member: Member, shown: Arguments<'ack'>): Promise<void> {
  const { streams } = room;
  const [inbox, broadcasts] = await Promise.all([
    notBeyond(shown.inbox, async () =>
      streams.last({ kind: 'inbox', owner: member, acknowledged: 0 }, await streams.newestInbox(member.name)),
    ),
    notBeyond(shown.room, async () => streams.last({ kind: 'room' }, await streams.newestRoom())),
  ]);
  await room.accounts.acknowledge(member, {
    ...(inbox > 0 && { inbox }),
    ...(broadcasts > 0 && { room: broadcasts }),
  });
}

const notBeyond = async (shown: number | undefined, end: () => Promise<number>) =>
  shown ? Math.min(shown, await end()) : 0;

export const ack = handle('ack', {
  async run(room, { arguments: shown, member }) {
    await acknowledge(room, member, shown);
    return {};
  },
});
