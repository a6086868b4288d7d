import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Session } from '../chat/model.ts';
import type { EndGuard, Login, LoginOutcome, Sessions } from '../chat/ports.ts';
import { db, type Item, transact, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { presenceKey, presenceShard, seenPartition } from './keys.ts';
import { newLeaving, seats, takeSeat } from './seats.ts';
import { deleteCounter } from './streams/keys.ts';

const stored = v.object({
  name: v.string(),
  displayName: v.string(),
  accountId: v.string(),
  connectionId: v.string(),
  address: v.string(),
  since: v.number(),
  activeSince: v.number(),
  detachedAt: v.optional(v.number()),
  seat: v.optional(v.string()),
});

function toSession(item: Item): Session {
  const { detachedAt, seat, ...session } = v.parse(stored, item);
  return { ...session, detachedAt, seat };
}

/** A name is not blocked from an address. */
export const notBlocked = (name: string, address: string, at: number) => ({
  TableName: tableName('loginBlocks'),
  Key: { name, address },
  ConditionExpression: 'attribute_not_exists(blockedUntil) OR blockedUntil <= :now',
  ExpressionAttributeValues: { ':now': at },
});

const bindConnection = (
  connectionId: string,
  member: { name: string; displayName: string; accountId: string },
  at: number,
) => ({
  Update: {
    TableName: tableName('connections'),
    Key: { connectionId },
    UpdateExpression: 'SET #name = :name, displayName = :displayName, accountId = :id, lastActiveAt = :now',
    ConditionExpression: 'attribute_exists(connectionId) AND attribute_not_exists(accountId)',
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: {
      ':name': member.name,
      ':displayName': member.displayName,
      ':id': member.accountId,
      ':now': at,
    },
  },
});

/** Part of a transaction: a connection's item goes. */
export const forgetConnection = (connectionId: string) => ({
  Delete: { TableName: tableName('connections'), Key: { connectionId } },
});

/** Part of a transaction: nobody is in the room under a name. */
export const nobodyThere = (name: string) => ({
  ConditionCheck: {
    TableName: tableName('presence'),
    Key: presenceKey(name),
    ConditionExpression: 'attribute_not_exists(#name)',
    ExpressionAttributeNames: { '#name': 'name' },
  },
});

/** The positions of a login's writes, by which a cancelled one says what stood in its way. */
const at = { presence: 0, connection: 1, account: 2, tries: 3 } as const;

function loginItems({ account, takesOver, ...login }: Login, session: Session) {
  const { name, since, detachedAt: _none, ...rest } = session;
  return [
    {
      Put: {
        TableName: tableName('presence'),
        Item: { ...presenceKey(name), ...rest, since, tokenHash: login.tokenHash },
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
    accountUnchanged(account, login.newHash),
    login.forgetTries
      ? { Delete: notBlocked(account.name, login.address, login.at) }
      : { ConditionCheck: notBlocked(account.name, login.address, login.at) },
    ...(takesOver ? [forgetConnection(takesOver.connectionId)] : []),
  ];
}

const newSession = ({ account, connectionId, address, at: since }: Login, seat: string | undefined): Session => ({
  name: account.name,
  displayName: account.displayName,
  accountId: account.accountId,
  connectionId,
  address,
  since,
  activeSince: since,
  detachedAt: undefined,
  seat,
});

function accountUnchanged(account: Login['account'], newHash: string | undefined) {
  const guard = {
    TableName: tableName('users'),
    Key: { name: account.name },
    ConditionExpression: 'accountId = :id AND passwordHash = :hash',
    ExpressionAttributeValues: { ':id': account.accountId, ':hash': account.passwordHash },
  };
  if (newHash === undefined) return { ConditionCheck: guard };
  return {
    Update: {
      ...guard,
      UpdateExpression: 'SET passwordHash = :new REMOVE mustChangePassword',
      ExpressionAttributeValues: { ...guard.ExpressionAttributeValues, ':new': newHash },
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

async function get(name: string, consistent: boolean): Promise<Session | undefined> {
  const { Item } = await db.send(
    new GetCommand({ TableName: tableName('presence'), Key: presenceKey(name), ConsistentRead: consistent }),
  );
  return Item && toSession(Item);
}

export const sessions: Sessions = {
  find: (name) => get(name, true),
  findRecent: (name) => get(name, false),

  async all() {
    const present: Session[] = [];
    let from: Item | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName: tableName('presence'),
          KeyConditionExpression: '#shard = :shard',
          ExpressionAttributeNames: { '#shard': 'shard' },
          ExpressionAttributeValues: { ':shard': presenceShard },
          ConsistentRead: true,
          ExclusiveStartKey: from,
        }),
      );
      present.push(...(page.Items ?? []).map(toSession));
      from = page.LastEvaluatedKey;
    } while (from);
    return present;
  },

  async begin(login) {
    // The seat of a session goes on with it.
    if (login.takesOver) return commit(login, login.takesOver.seat);
    const taken = await takeSeat(login.at);
    if (taken.kind !== 'taken') {
      // In a full room, a user who is there already needs no other seat.
      const session = taken.kind === 'room-full' ? await sessions.find(login.account.name) : undefined;
      return session ? { kind: 'online', session } : { kind: taken.kind };
    }
    // If it is not known whether the login has committed, the seat stays in doubt: the sweeper finds out.
    const outcome = await commit(login, taken.seat);
    if (outcome.kind !== 'begun') await seats.refund(taken.seat);
    return outcome;
  },

  async resume(move) {
    const { committed } = await transact([
      {
        Update: {
          TableName: tableName('presence'),
          Key: presenceKey(move.member.name),
          UpdateExpression:
            'SET connectionId = :to, address = :address, tokenHash = :newToken, activeSince = :now REMOVE detachedAt',
          ConditionExpression: 'accountId = :id AND tokenHash = :token AND connectionId = :from',
          ExpressionAttributeValues: {
            ':id': move.member.accountId,
            ':token': move.tokenHash,
            ':newToken': move.newTokenHash,
            ':from': move.from,
            ':to': move.to,
            ':address': move.address,
            ':now': move.at,
          },
        },
      },
      bindConnection(move.to, move.member, move.at),
      forgetConnection(move.from),
    ]);
    return committed ? 'resumed' : 'bad-token';
  },

  async end(session, time, guard = {}) {
    const { leaving, item } = newLeaving([session], time);
    const { committed } = await transact([
      item,
      endPresence(session, guard),
      endConnection(session.connectionId, guard),
      leaveTrace(session, time),
    ]);
    return committed ? leaving : undefined;
  },

  async endTogether(together, time) {
    const { leaving, item } = newLeaving(together, time);
    const { committed } = await transact([
      item,
      ...together.flatMap((session) => [
        endPresence(session),
        unbindConnection(session.connectionId),
        leaveTrace(session, time),
      ]),
    ]);
    return committed ? leaving : undefined;
  },

  async detach(member, connectionId, time) {
    const { written } = await updateIf({
      TableName: tableName('presence'),
      Key: presenceKey(member.name),
      // Lost once: whoever finds it out later does not lengthen the grace.
      UpdateExpression: 'SET detachedAt = if_not_exists(detachedAt, :now)',
      ConditionExpression: 'connectionId = :connection',
      ExpressionAttributeValues: { ':now': time, ':connection': connectionId },
    });
    return written;
  },

  async noteActivity(session, activeSince) {
    await updateIf({
      TableName: tableName('presence'),
      Key: presenceKey(session.name),
      UpdateExpression: 'SET activeSince = :time',
      ConditionExpression: 'connectionId = :connection',
      ExpressionAttributeValues: { ':time': activeSince, ':connection': session.connectionId },
    });
  },

  async removeAccount({ account, address, at: time }) {
    const outcome = await transact([
      nobodyThere(account.name),
      {
        Delete: {
          TableName: tableName('users'),
          Key: { name: account.name },
          ConditionExpression: 'accountId = :id AND passwordHash = :hash',
          ExpressionAttributeValues: { ':id': account.accountId, ':hash': account.passwordHash },
        },
      },
      { Delete: notBlocked(account.name, address, time) },
      deleteCounter(account),
    ]);
    if (outcome.committed) return 'removed';
    if (outcome.failed.has(2)) return 'login-blocked';
    return outcome.failed.has(1) ? 'account-changed' : 'online';
  },
};

const endPresence = ({ name, connectionId }: Session, { detachedAt }: EndGuard = {}) => ({
  Delete: {
    TableName: tableName('presence'),
    Key: presenceKey(name),
    ConditionExpression: `connectionId = :connection${detachedAt === undefined ? '' : ' AND detachedAt = :detachedAt'}`,
    ExpressionAttributeValues: {
      ':connection': connectionId,
      ...(detachedAt !== undefined && { ':detachedAt': detachedAt }),
    },
  },
});

const leaveTrace = ({ name, accountId }: Session, time: number) => ({
  Update: {
    TableName: tableName('users'),
    Key: { name },
    UpdateExpression: 'SET seen = :seen, lastSeenAt = :now',
    ConditionExpression: 'accountId = :id',
    ExpressionAttributeValues: { ':seen': seenPartition, ':now': time, ':id': accountId },
  },
});

/** Nobody speaks over the connection any more, but it is still there to be closed. */
const unbindConnection = (connectionId: string) => ({
  Update: {
    TableName: tableName('connections'),
    Key: { connectionId },
    UpdateExpression: 'REMOVE #name, displayName, accountId',
    ConditionExpression: 'attribute_exists(connectionId)',
    ExpressionAttributeNames: { '#name': 'name' },
  },
});

function endConnection(connectionId: string, guard: EndGuard) {
  const forget = forgetConnection(connectionId);
  if (guard.lastActiveAt === undefined) return forget;
  return {
    Delete: {
      ...forget.Delete,
      ConditionExpression: 'lastActiveAt = :lastActiveAt',
      ExpressionAttributeValues: { ':lastActiveAt': guard.lastActiveAt },
    },
  };
}
