import type { Result } from '../../../protocol/index.ts';
import { allOf } from '../all-of.ts';
import { refuseBanned } from '../bans.ts';
import { readForPassword, withGuestsPassword } from '../check-password.ts';
import { guestCommand } from '../command.ts';
import { announce, sayAndClose } from '../end-session.ts';
import type { Account, Session } from '../model.ts';
import { orLog } from '../or-log.ts';
import { hashPassword, isOutdated, verifyPassword } from '../password.ts';
import type { Login, Room, State } from '../ports.ts';
import { Refusal } from '../refusal.ts';
import { refuseBadPassword } from '../refuse-bad-password.ts';
import { refuseSuspended } from '../refuse-suspended.ts';
import { roomStopped } from '../room-stopped.ts';
import { confirmOrEnd, replacedFrame, unread } from '../session-reply.ts';
import { sweepForFirst } from '../sweep-horizon.ts';
import { alreadyOnline, isDead } from '../take-over.ts';
import { newToken } from '../token.ts';

export const login = guestCommand('login', {
  prefetch: readForPassword,

  async run(room, { arguments: given, connection }, { state, account, tries }) {
    const { password, newPassword, newToken: chosen, takeOver = false } = given;
    if (!state.open) throw roomStopped(state);
    refuseBanned(state.bans, connection.address, room.clock.now());
    // Before the password is checked, so this refusal tells nothing about it.
    if (newPassword !== undefined) refuseBadPassword(newPassword, state);
    if (!account) throw new Refusal('no-such-user');
    const check = { account, password, connection, tries, blockTime: state.blockTime };
    return withGuestsPassword(room, check, async () => {
      refuseSuspended(account);
      refuseToKeep(account, password, newPassword);
      const isDue = newPassword !== undefined || isOutdated(account.passwordHash, room.passwordCost);
      const newHash = isDue ? await hashPassword(newPassword ?? password, room.passwordCost) : undefined;
      const { token, tokenHash } = newToken(chosen);
      const { connectionId, address } = connection;
      const at = room.clock.now();
      const attempt = { account, connectionId, address, at, tokenHash, newHash, takesOver: undefined };
      return enter(room, state, { token, password, newPassword, takeOver }, attempt);
    });
  },
});

interface Wish {
  readonly token: string;
  readonly password: string;
  /** The password from this login on. */
  readonly newPassword: string | undefined;
  /** Whether to replace a session that is alive. */
  readonly takeOver: boolean;
}

/** A one-time password only allows a login that sets a new password. */
function refuseToKeep(account: Account, password: string, newPassword: string | undefined): void {
  const isKept = newPassword === undefined || newPassword === password;
  if (account.mustChangePassword && isKept) throw new Refusal('password-change-required');
}

/**
 * How often a login re-reads an account that has changed. Each time it checks the password, which takes a core for half a
 * second.
 */
const mostReadings = 5;

/** Commits a login. Replaces a session that is in the way if its client is gone, or if the caller wishes so. */
async function enter(
  room: Room,
  state: State,
  wish: Wish,
  attempt: Login,
  readings = mostReadings,
): Promise<Result<'login'>> {
  const { account } = attempt;
  const outcome = await room.sessions.begin(attempt);
  switch (outcome.kind) {
    case 'begun': {
      const counts = unread(room, account);
      await allOf([
        counts,
        confirmOrEnd(room, outcome.session, {
          // A takeover keeps the seat of the replaced session, which has no mark.
          seat: attempt.takesOver ? undefined : outcome.session.seat,
          resumed: false,
        }),
        welcome(room, attempt, outcome.session),
        sweepForFirst(room, state),
        claimOldName(room, account),
      ]);
      return { user: account.displayName, token: wish.token, timeOut: state.timeOut, unread: await counts };
    }
    case 'online':
      // Another login over this very connection was faster.
      if (outcome.session.connectionId === attempt.connectionId) throw new Refusal('already-logged-in');
      if (!wish.takeOver && !(await isDead(room, outcome.session))) throw alreadyOnline(outcome.session);
      return enter(room, state, wish, { ...attempt, takesOver: outcome.session }, readings);
    case 'changed':
      return enter(room, state, wish, { ...attempt, takesOver: undefined }, readings);
    case 'account-changed':
      if (readings === 0) throw new Error('an account went on changing during a login');
      return enter(room, state, wish, await withAccountAsItIs(room, wish, attempt), readings - 1);
    case 'connection-taken':
      throw new Refusal('already-logged-in');
    default:
      throw new Refusal(outcome.kind);
  }
}

/**
 * Reads the account again, because it has changed since it was read: it has another password hash, was suspended, or was
 * deleted. Repeats all checks.
 */
async function withAccountAsItIs(room: Room, { password, newPassword }: Wish, attempt: Login): Promise<Login> {
  const account = await room.accounts.find(attempt.account.name);
  if (!account) throw new Refusal('no-such-user');
  if (!(await verifyPassword(password, account.passwordHash))) throw new Refusal('wrong-password');
  refuseSuspended(account);
  refuseToKeep(account, password, newPassword);
  return { ...attempt, account, newHash: newPassword === undefined ? undefined : attempt.newHash };
}

/** Accounts of earlier versions have not claimed their names. */
async function claimOldName(room: Room, account: Account): Promise<void> {
  if (account.nameClaimed) return;
  await orLog(room, 'a name was not claimed', room.accounts.claimName(account), undefined);
}

async function welcome(room: Room, { takesOver }: Login, session: Session): Promise<void> {
  if (takesOver) await sayAndClose(room, takesOver.connectionId, replacedFrame);
  else await announce(room, { type: 'event', event: 'login', user: session.displayName }, session);
}
