import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import type { Session } from '../chat/model.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { EndGuard } from '../chat/ports.ts';
import { db, type Item } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { presenceKey, seenPartition } from './keys.ts';
import { rememberAddress } from './login-tries.ts';

const stored = v.object({
  name: v.string(),
  displayName: v.string(),
  accountId: v.string(),
  connectionId: v.string(),
  address: v.string(),
  tokenHash: v.optional(v.string()),
  since: v.number(),
  activeSince: v.number(),
  detachedAt: v.optional(v.number()),
  seat: v.optional(v.string()),
  quiet: v.optional(v.boolean(), false),
});

export function toSession(item: Item): Session {
  const { detachedAt, seat, tokenHash, ...session } = parseStored(stored, item);
  return { ...session, detachedAt, seat, tokenHash };
}

/** The session of a user, if there is one. */
export async function readSession(
  name: string,
  { consistent }: { readonly consistent: boolean },
): Promise<Session | undefined> {
  const { Item } = await db.send(
    new GetCommand({ TableName: tableName('presence'), Key: presenceKey(name), ConsistentRead: consistent }),
  );
  return Item && toSession(Item);
}

/** Part of a transaction: logins under a name are not blocked from an address. */
export const notBlocked = (name: string, address: string, at: number) => ({
  TableName: tableName('loginBlocks'),
  Key: { name, address },
  ConditionExpression: 'attribute_not_exists(blockedUntil) OR blockedUntil <= :now',
  ExpressionAttributeValues: { ':now': at },
});

/** Part of a transaction: a password was right. Fails if logins are blocked. */
export const loginTriesAfter = (name: string, address: string, at: number) => {
  const { Key: _key, ...condition } = notBlocked(name, address, at);
  return { Put: { ...rememberAddress(name, address, at), ...condition } };
};

/**
 * Part of a transaction: logs a connection in. Fails if the connection is gone or logged in. The rate limit is reset, because a
 * guest's tokens refill more slowly than a member's.
 */
export const bindConnection = (
  connectionId: string,
  member: { name: string; displayName: string; accountId: string },
  at: number,
) => ({
  Update: {
    TableName: tableName('connections'),
    Key: { connectionId },
    UpdateExpression:
      'SET #name = :name, displayName = :displayName, accountId = :id, lastActiveAt = :now, busyUntil = :zero',
    ConditionExpression: 'attribute_exists(connectionId) AND attribute_not_exists(accountId)',
    ExpressionAttributeNames: { '#name': 'name' },
    ExpressionAttributeValues: {
      ':name': member.name,
      ':displayName': member.displayName,
      ':id': member.accountId,
      ':now': at,
      ':zero': 0,
    },
  },
});

/** Part of a transaction: deletes the item of a connection. */
export const forgetConnection = (connectionId: string) => ({
  Delete: { TableName: tableName('connections'), Key: { connectionId } },
});

/** Part of a transaction: a user has no session. */
export const nobodyThere = (name: string) => ({
  ConditionCheck: {
    TableName: tableName('presence'),
    Key: presenceKey(name),
    ConditionExpression: 'attribute_not_exists(#name)',
    ExpressionAttributeNames: { '#name': 'name' },
  },
});

/**
 * Part of a transaction: deletes a session. Fails if the session has moved to another connection, or if the guard's
 * `detachedAt` or, for a kick, the token has changed.
 */
export function endPresence({ name, connectionId, tokenHash }: Session, { detachedAt, kickReason }: EndGuard = {}) {
  const values = {
    connectionId,
    ...(detachedAt !== undefined && { detachedAt }),
    ...(kickReason !== undefined && tokenHash !== undefined && { tokenHash }),
  };
  return {
    Delete: {
      TableName: tableName('presence'),
      Key: presenceKey(name),
      ConditionExpression: Object.keys(values)
        .map((attribute) => `${attribute} = :${attribute}`)
        .join(' AND '),
      ExpressionAttributeValues: Object.fromEntries(Object.entries(values).map(([key, value]) => [`:${key}`, value])),
    },
  };
}

/** Marks a session's connection as lost, unless the session has moved to another one. */
export const detachPresence = (name: string, connectionId: string, time: number) => ({
  TableName: tableName('presence'),
  Key: presenceKey(name),
  // Keep the time of the first report: a later one must not lengthen the grace period.
  UpdateExpression: 'SET detachedAt = if_not_exists(detachedAt, :now)',
  ConditionExpression: 'connectionId = :connection',
  ExpressionAttributeValues: { ':now': time, ':connection': connectionId },
});

/** Part of a transaction: the connection's item says that its session was detached. */
export const markLost = (connectionId: string, time: number) => ({
  Update: {
    TableName: tableName('connections'),
    Key: { connectionId },
    UpdateExpression: 'SET lostAt = :now',
    ConditionExpression: 'attribute_exists(connectionId)',
    ExpressionAttributeValues: { ':now': time },
  },
});

/** Parts of a transaction: a session is no longer detached, and its connection's item no longer says so. */
export const reattachItems = (name: string, connectionId: string) => [
  {
    Update: {
      TableName: tableName('presence'),
      Key: presenceKey(name),
      UpdateExpression: 'REMOVE detachedAt',
      ConditionExpression: 'connectionId = :connection',
      ExpressionAttributeValues: { ':connection': connectionId },
    },
  },
  {
    Update: {
      TableName: tableName('connections'),
      Key: { connectionId },
      UpdateExpression: 'REMOVE lostAt',
      ConditionExpression: 'attribute_exists(connectionId)',
    },
  },
];

/** Part of a transaction: stores when a user was last in the room, and why an administrator has ended the session. */
export function recordEnd({ name, accountId, tokenHash }: Session, time: number, kickReason?: string) {
  const isResumable = tokenHash !== undefined;
  const kicked = kickReason !== undefined && isResumable ? { tokenHash, reason: kickReason } : undefined;
  return {
    Update: {
      TableName: tableName('users'),
      Key: { name },
      UpdateExpression: `SET seen = :seen, lastSeenAt = :now${kicked ? ', kicked = :kicked' : ' REMOVE kicked'}`,
      ConditionExpression: 'accountId = :id',
      ExpressionAttributeValues: {
        ':seen': seenPartition,
        ':now': time,
        ':id': accountId,
        ...(kicked && { ':kicked': kicked }),
      },
    },
  };
}

/** Part of a transaction: a connection is no longer logged in. Its item stays until the connection is closed. */
export const unbindConnection = (connectionId: string) => ({
  Update: {
    TableName: tableName('connections'),
    Key: { connectionId },
    UpdateExpression: 'REMOVE #name, displayName, accountId',
    ConditionExpression: 'attribute_exists(connectionId)',
    ExpressionAttributeNames: { '#name': 'name' },
  },
});

/** Part of a transaction: deletes the item of a connection, unless it has been active since `guard.lastActiveAt`. */
export function endConnection(connectionId: string, guard: EndGuard) {
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
