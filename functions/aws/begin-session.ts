import type { Session } from '../chat/model.ts';
import type { Login, LoginOutcome } from '../chat/ports.ts';
import { mayRemoveMark } from '../chat/seats.ts';
import { announcedEveryMs, isAnnounced } from '../chat/turnover.ts';
import { type Item, transact } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { presenceKey } from './keys.ts';
import { seats, takeSeat } from './seats.ts';
import { bindConnection, forgetConnection, loginTriesAfter, readSession, toSession } from './session-items.ts';

/** The positions of a login's writes in its transaction. They tell which condition cancelled it. */
const at = { presence: 0, connection: 1, account: 2, tries: 3 } as const;

function loginItems({ account, takesOver, ...login }: Login, session: Session) {
  const { name, since, detachedAt: _none, quiet, ...rest } = session;
  return [
    {
      Put: {
        TableName: tableName('presence'),
        Item: { ...presenceKey(name), ...rest, since, ...(quiet && { quiet }) },
        ...(takesOver
          ? {
              ConditionExpression: 'connectionId = :old',
              ExpressionAttributeValues: { ':old': takesOver.connectionId },
            }
          : {
              ConditionExpression: 'attribute_not_exists(#name)',
              ExpressionAttributeNames: { '#name': 'name' },
            }),
      },
    },
    bindConnection(login.connectionId, account, login.at),
    accountUnchanged(account, login.newHash, quiet || takesOver ? undefined : login.at),
    loginTriesAfter(account.name, login.address, login.at),
    ...(takesOver ? [forgetConnection(takesOver.connectionId)] : []),
  ];
}

const newSession = (
  { account, connectionId, address, tokenHash, at: since, takesOver }: Login,
  seat: string | undefined,
): Session => ({
  name: account.name,
  displayName: account.displayName,
  accountId: account.accountId,
  connectionId,
  address,
  tokenHash,
  since,
  activeSince: since,
  detachedAt: undefined,
  seat,
  quiet: takesOver ? takesOver.quiet : !isAnnounced(account, since),
});

/**
 * Guards that the account is still the one whose password was checked. Also stores a new password hash, and counts a
 * login that is announced at this time (epoch ms).
 */
function accountUnchanged(account: Login['account'], newHash: string | undefined, announcedAt: number | undefined) {
  const guard = {
    TableName: tableName('users'),
    Key: { name: account.name },
    ConditionExpression: 'accountId = :id AND passwordHash = :hash AND attribute_not_exists(suspended)',
    ExpressionAttributeValues: { ':id': account.accountId, ':hash': account.passwordHash },
  };
  if (newHash === undefined && announcedAt === undefined) return { ConditionCheck: guard };
  const isBusy = announcedAt !== undefined && account.announcedUntil > announcedAt;
  const sets = [
    ...(newHash === undefined ? [] : ['passwordHash = :new']),
    // Added to the stored value if that lies ahead, so that logins in a row all count.
    ...(announcedAt === undefined ? [] : [`announcedUntil = ${isBusy ? 'announcedUntil + ' : ''}:until`]),
  ];
  return {
    Update: {
      ...guard,
      UpdateExpression: `SET ${sets.join(', ')}${newHash === undefined ? '' : ' REMOVE mustChangePassword'}`,
      ExpressionAttributeValues: {
        ...guard.ExpressionAttributeValues,
        ...(newHash !== undefined && { ':new': newHash }),
        ...(announcedAt !== undefined && { ':until': (isBusy ? 0 : announcedAt) + announcedEveryMs }),
      },
    },
  };
}

type Hindrance = Exclude<LoginOutcome, { kind: 'begun' }>;

function hindrance(failed: ReadonlyMap<number, Item | undefined>, takesOver: Session | undefined): Hindrance {
  if (failed.has(at.tries)) return { kind: 'login-blocked' };
  if (failed.has(at.account)) return { kind: 'account-changed' };
  if (failed.has(at.connection)) return { kind: 'connection-taken' };
  const present = failed.get(at.presence);
  return !takesOver && present ? { kind: 'online', session: toSession(present) } : { kind: 'changed' };
}

/** Commits a login that has its seat. */
async function commit(login: Login, seat: string | undefined): Promise<LoginOutcome> {
  const session = newSession(login, seat);
  const outcome = await transact(loginItems(login, session));
  return outcome.committed ? { kind: 'begun', session } : hindrance(outcome.failed, login.takesOver);
}

/** Takes a seat and begins the session; see the port. */
export async function beginSession(login: Login): Promise<LoginOutcome> {
  // A session that takes over another keeps its seat.
  if (login.takesOver) return commit(login, login.takesOver.seat);
  const startedAt = Date.now();
  const taken = await takeSeat(login.at);
  if (taken.kind !== 'taken') {
    // A full room still accepts the takeover of the user's own session, which needs no other seat.
    const session =
      taken.kind === 'room-full' ? await readSession(login.account.name, { consistent: true }) : undefined;
    return session ? { kind: 'online', session } : { kind: taken.kind };
  }
  // If commit throws, or an attempt of it has timed out, the login may still commit. The seat stays marked, and the sweeper
  // settles it.
  const outcome = await commit(login, taken.seat);
  if (outcome.kind !== 'begun' && mayRemoveMark(startedAt, Date.now())) await seats.refund(taken.seat);
  return outcome;
}
