import type { Arguments } from '../../protocol/index.ts';
import type { Member } from './model.ts';
import type { Room } from './ports.ts';

/**
 * Moves a member's cursors forward. A stream that is left out keeps its cursor. A number beyond the stream's end moves no cursor:
 * the next messages would count as shown. After a restore, honest clients send such numbers: an inbox whose last messages have
 * expired has lost its end, and its cursor has that number already.
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
