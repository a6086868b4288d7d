import type { Arguments } from '../../protocol/index.ts';
import type { Member } from './model.ts';
import type { Room } from './ports.ts';

/**
 * Moves a member's cursors forward; a stream that is left out keeps its cursor. So does one that is acknowledged beyond its end, or
 * the next messages would count as shown. In a restored inbox, that happens to honest clients: if the last messages have expired, its
 * end is not known. But its cursor is there already.
 */
export async function acknowledge(room: Room, member: Member, shown: Arguments<'ack'>): Promise<void> {
  const { streams } = room;
  const [inbox, broadcasts] = await Promise.all([
    notBeyond(shown.inbox, () => streams.end({ kind: 'inbox', owner: member, acknowledged: 0 })),
    notBeyond(shown.room, () => streams.end({ kind: 'room' })),
  ]);
  await room.accounts.acknowledge(member, {
    ...(inbox > 0 && { inbox }),
    ...(broadcasts > 0 && { room: broadcasts }),
  });
}

const notBeyond = async (shown: number | undefined, end: () => Promise<number>) =>
  shown && shown <= (await end()) ? shown : 0;
