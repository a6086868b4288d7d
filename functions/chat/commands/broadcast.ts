import { broadcastToAll } from '../broadcast-to-all.ts';
import { memberCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { refuseTooLong } from '../refuse-too-long.ts';

export const broadcast = memberCommand('broadcast', {
  prefetch: (room) => room.streams.newestRoom(),

  async run(room, { arguments: { text }, id, again, member }, newest) {
    refuseTooLong(text);
    const sender = await room.accounts.find(member.name);
    if (sender?.accountId !== member.accountId) throw new Refusal('not-logged-in');
    const hiddenFrom = sender.blockedBy;
    const draft = [
      { kind: 'room' },
      {
        event: 'broadcast',
        from: member.displayName,
        text,
        sentAt: new Date(room.clock.now()).toISOString(),
        ...(id !== undefined && { id }),
      },
      { fromId: member.accountId, hiddenFrom },
    ] as const;
    const before = again ? await room.streams.committedBefore<'broadcast'>(...draft) : undefined;
    const committed = before ?? (await room.streams.append<'broadcast'>(...draft, newest));
    return { seq: committed.seq, sentAt: committed.sentAt, online: await broadcastToAll(room, committed, hiddenFrom) };
  },
});
