import { foldName } from '../../../protocol/index.ts';
import { refuseBanned } from '../bans.ts';
import { guestCommand } from '../command.ts';
import type { Room } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { roomStopped } from '../room-stopped.ts';
import { confirmOrEnd, replacedFrame, unread } from '../session-reply.ts';
import { hashToken, newToken } from '../token.ts';

export const resume = guestCommand('resume', {
  prefetch: async (room, { user }) => {
    const name = foldName(user);
    const [state, account, session] = await Promise.all([
      room.state.read(),
      room.accounts.find(name),
      room.sessions.find(name),
    ]);
    return { state, account, session };
  },

  async run(room, { arguments: { user, token, newToken: chosen }, connection }, { state, account, session }) {
    if (!state.open) throw roomStopped(state);
    refuseBanned(state.bans, connection.address, room.clock.now());
    if (!account || account.suspended || !session || account.accountId !== session.accountId)
      throw await cannotResume(room, user, token);
    // Another `resume` over this very connection was faster.
    if (session.connectionId === connection.connectionId) throw new Refusal('already-logged-in');
    const next = newToken(chosen);
    const outcome = await room.sessions.resume({
      member: session,
      tokenHash: hashToken(token),
      newTokenHash: next.tokenHash,
      from: session.connectionId,
      to: connection.connectionId,
      address: connection.address,
      at: room.clock.now(),
    });
    if (outcome !== 'resumed') throw await cannotResume(room, user, token);
    // Close the old connection before the reply. From then on a post to it fails, and a private message is posted to the new
    // connection instead. Every other message was committed before the client's next `sync`, which returns it. If the close
    // fails, throw: the client gets the error and resumes again.
    await room.gateway.post(session.connectionId, replacedFrame);
    await room.gateway.close(session.connectionId);
    const { connectionId, address } = connection;
    const moved = { ...session, connectionId, address, tokenHash: next.tokenHash, detachedAt: undefined };
    const [counts] = await Promise.all([unread(room, account), confirmOrEnd(room, moved, { resumed: true })]);
    return { user: account.displayName, token: next.token, timeOut: state.timeOut, unread: counts };
  },
});

/** Reads the account again: an administrator may have ended the session since the command began. */
async function cannotResume(room: Room, user: string, token: string): Promise<Refusal> {
  const account = await room.accounts.find(foldName(user));
  const kicked = account?.kicked;
  if (kicked?.tokenHash !== hashToken(token)) return new Refusal('bad-token');
  return new Refusal('kicked', { reason: kicked.reason });
}
