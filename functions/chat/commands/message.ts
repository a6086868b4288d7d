import { byteLength, foldName, limits, type Result, type StreamMessage } from '../../../protocol/index.ts';
import { deliver } from '../deliver.ts';
import type { Session } from '../people.ts';
import type { Room } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { handle } from './command.ts';

/** Refuses a text that is longer than the room carries. */
export function refuseTooLong(text: string): void {
  if (byteLength(text) > limits.textBytes) throw new Refusal('too-long', { limit: limits.textBytes });
}

export const message = handle('message', {
  prepare: async (room, { to }) => {
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
    const said = [
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
    const before = again ? await room.streams.committedBefore<'message'>(...said) : undefined;
    if (!before && recipient.blocks.has(member.accountId)) throw new Refusal('blocked');
    const committed = before ?? (await room.streams.append<'message'>(...said, newest));
    const delivery = await deliverToOwner(room, recipient.name, session, committed);
    return { delivery, seq: committed.seq, sentAt: committed.sentAt };
  },
});

/**
 * Posts what was just committed to an inbox, if its owner is online. Presence was read before the commit; where it said
 * nobody, or where that connection turns out to be gone, it is read again, after it: a login commits its presence before
 * it reads the stream, so one of the two sees the other.
 */
async function deliverToOwner(
  room: Room,
  name: string,
  known: Session | undefined,
  committed: StreamMessage,
): Promise<Result<'message'>['delivery']> {
  let session = known;
  let tried: string | undefined;
  do {
    const outcome = session?.detachedAt === undefined && session ? await deliver(room, session, committed) : 'gone';
    if (outcome === 'sent') return 'delivered';
    if (outcome === 'failed' && session) {
      await room.crier.cry({ to: [session], event: committed, attempt: 2 });
      return 'stored';
    }
    tried = session?.connectionId;
    session = await room.sessions.find(name);
  } while (session && session.connectionId !== tried);
  return 'stored';
}
