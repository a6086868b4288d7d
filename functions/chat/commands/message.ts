import { foldName } from '../../../protocol/index.ts';
import { memberCommand } from '../command.ts';
import { deliverToOwner } from '../deliver.ts';
import { Refusal } from '../refusal.ts';
import { refuseTooLong } from '../refuse-too-long.ts';

export const message = memberCommand('message', {
  prefetch: async (room, { to }) => {
    const name = foldName(to);
    // Where this session turns out to be wrong, it is read again after the commit.
    const [recipient, session] = await Promise.all([room.accounts.find(name), room.sessions.findRecent(name)]);
    return { recipient, session };
  },

  async run(room, { arguments: { text }, id, request, member }, { recipient, session }) {
    refuseTooLong(text);
    if (!recipient) throw new Refusal('no-such-user');
    if (recipient.accountId === member.accountId) throw new Refusal('to-self');
    const refuse = () => {
      if (recipient.blocks.has(member.accountId)) throw new Refusal('blocked');
    };
    if (!request.again) refuse();
    const committed = await room.streams.append<'message'>(
      { kind: 'inbox', owner: recipient, acknowledged: recipient.acknowledged.inbox },
      {
        event: 'message',
        from: member.displayName,
        text,
        sentAt: new Date(room.clock.now()).toISOString(),
        ...(id !== undefined && { id }),
      },
      { fromId: member.accountId },
      { ...request, refuse },
    );
    const delivery = await deliverToOwner(room, recipient, session, committed);
    return { delivery, seq: committed.seq, sentAt: committed.sentAt };
  },
});
