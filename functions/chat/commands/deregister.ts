import { readForPassword, withGuestsPassword } from '../check-password.ts';
import { cleanUpAccount } from '../clean-up-account.ts';
import { guestCommand } from '../command.ts';
import { dismiss } from '../end-session.ts';
import type { Account } from '../model.ts';
import type { Room } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { refuseSuspended } from '../refuse-suspended.ts';
import { reservedUntil } from '../reserved-until.ts';
import { roomStopped } from '../room-stopped.ts';
import { alreadyOnline, isDead } from '../take-over.ts';

export const deregister = guestCommand('deregister', {
  prefetch: readForPassword,

  async run(room, { arguments: { password }, connection }, { state, account, tries }) {
    if (!state.open) throw roomStopped(state);
    if (!account) throw new Refusal('no-such-user');
    const check = { account, password, connection, tries, blockTime: state.blockTime };
    return withGuestsPassword(room, check, async () => {
      refuseSuspended(account);
      // Good for choosing another, and for nothing else.
      if (account.mustChangePassword) throw new Refusal('password-change-required');
      await endDeadSession(room, account);
      const outcome = await room.sessions.removeAccount({
        account,
        reservedUntil: reservedUntil(state, room.clock.now()),
        address: connection.address,
        at: room.clock.now(),
      });
      switch (outcome) {
        case 'removed':
          await cleanUpAccount(room, account);
          return {};
        case 'online':
          throw new Refusal('already-online');
        case 'login-blocked':
          throw new Refusal('login-blocked');
        case 'account-changed':
          throw new Refusal('wrong-password');
      }
    });
  },
});

/**
 * Ends a session that a login would replace.
 * @throws `already-online` if the session is alive.
 */
async function endDeadSession(room: Room, account: Account): Promise<void> {
  const session = await room.sessions.find(account.name);
  if (!session) return;
  if (!(await isDead(room, session))) throw alreadyOnline(session);
  const guard = session.detachedAt === undefined ? {} : { detachedAt: session.detachedAt };
  await dismiss(room, session, 'deregistered', lastWord, guard);
}

const lastWord = { type: 'event', event: 'kicked', reason: 'That user name has been deregistered.' } as const;
