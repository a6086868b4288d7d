import { broadcastToAll } from '../broadcast-to-all.ts';
import { memberCommand } from '../command.ts';
import type { Member } from '../model.ts';
import type { Room } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { refuseTooLong } from '../refuse-too-long.ts';

export const broadcast = memberCommand('broadcast', {
  async run(room, { arguments: { text }, id, request, member }) {
    refuseTooLong(text);
    const provenance = provenanceOf(room, member);
    const committed = await room.streams.append<'broadcast'>(
      { kind: 'room' },
      {
        event: 'broadcast',
        from: member.displayName,
        text,
        sentAt: new Date(room.clock.now()).toISOString(),
        ...(id !== undefined && { id }),
      },
      provenance,
      request,
    );
    const { hiddenFrom } = await provenance;
    return { seq: committed.seq, sentAt: committed.sentAt, online: await broadcastToAll(room, committed, hiddenFrom) };
  },
});

/** The sender, and the users who have blocked the sender. @throws Refusal if the account has been deleted. */
async function provenanceOf(room: Room, { name, accountId }: Member) {
  const sender = await room.accounts.find(name);
  if (sender?.accountId !== accountId) throw new Refusal('not-logged-in');
  return { fromId: accountId, hiddenFrom: sender.blockedBy };
}
