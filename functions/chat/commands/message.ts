import { foldName } from '../../../protocol/index.ts';
import { memberCommand } from '../command.ts';
import { deliverToOwner } from '../deliver.ts';
import { Refusal } from '../refusal.ts';
import { refuseTooLong } from '../refuse-too-long.ts';

export const message = memberCommand('message', {
  prefetch: async (room, { to }) => {
    const name = foldName(to);
    const [recipient, session, newest] = await Promise.all([
      room.accounts.find(name),
      room.sessions.find(name),
      room.streams.newestInbox(name),
    ]);
    return { recipient, session, newest };
  },

  async run(room, { arguments: { text }, id, again, member }, { recipient, session, newest }) {
    refuseTooLong(text);
    if (!recipient) throw new Refusal('no-such-user');
    if (recipient.accountId === member.accountId) throw new Refusal('to-self');
    const draft = [
      { kind: 'inbox', owner: recipient, acknowledged: recipient.acknowledged.inbox },
      {
        event: 'message',
        from: member.displayName,
        text,
        sentAt: new Date(room.clock.now()).toISOString(),
        ...(id !== undefined && { id }),
      },
      { fromId: member.accountId },
    ] as const;
    const before = again ? await room.streams.committedBefore<'message'>(...draft) : undefined;
    if (!before && recipient.blocks.has(member.accountId)) throw new Refusal('blocked');
    const committed = before ?? (await room.streams.append<'message'>(...draft, newest));
    const delivery = await deliverToOwner(room, recipient, session, committed);
    return { delivery, seq: committed.seq, sentAt: committed.sentAt };
  },
});
