import type { Sessions } from '../chat/ports.ts';
import { beginSession } from './begin-session.ts';
import { queryPartition, transact, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { presenceKey, presenceShard } from './keys.ts';
import { removeWithName } from './name-claims.ts';
import { newLeaving } from './seats.ts';
import {
  bindConnection,
  detachPresence,
  endConnection,
  endPresence,
  forgetConnection,
  markLost,
  nobodyThere,
  notBlocked,
  readSession,
  reattachItems,
  recordEnd,
  toSession,
  unbindConnection,
} from './session-items.ts';
import { deleteCounter } from './streams/keys.ts';

export const sessions: Sessions = {
  find: (name) => readSession(name, { consistent: true }),
  findRecent: (name) => readSession(name, { consistent: false }),

  async all() {
    return (await queryPartition(tableName('presence'), 'shard', presenceShard)).map(toSession);
  },

  begin: beginSession,

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
      recordEnd(session, time, guard.kickReason),
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
        recordEnd(session, time),
      ]),
    ]);
    return committed ? leaving : undefined;
  },

  async detach(member, connectionId, time) {
    return (await updateIf(detachPresence(member.name, connectionId, time))).written;
  },

  async detachReversibly(member, connectionId, time) {
    const presence = detachPresence(member.name, connectionId, time);
    const outcome = await transact([{ Update: presence }, markLost(connectionId, time)]);
    if (outcome.committed || outcome.failed.has(0)) return outcome.committed;
    // The connection has no item, so no command can undo this.
    return (await updateIf(presence)).written;
  },

  async reattach(member, connectionId) {
    return (await transact(reattachItems(member.name, connectionId))).committed;
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

  async removeAccount({ account, reservedUntil, address, at: time }) {
    const outcome = await removeWithName(account, reservedUntil, [
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
