import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { defaultSettings } from '../../protocol/admin/settings.ts';
import type { Connection } from '../chat/model.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { Connections } from '../chat/ports.ts';
import { db, deleteIf, getItem, type Item, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';

const stored = v.object({
  connectionId: v.string(),
  address: v.string(),
  lastActiveAt: v.number(),
  answeredAt: v.optional(v.number()),
  lostAt: v.optional(v.number()),
  floodRate: v.optional(v.number(), defaultSettings.floodRate),
  floodBurst: v.optional(v.number(), defaultSettings.floodBurst),
  busyUntil: v.optional(v.number(), 0),
  name: v.optional(v.string()),
  displayName: v.optional(v.string()),
  accountId: v.optional(v.string()),
});

/** A stored item, parsed. */
export function toConnection(item: Item): Connection {
  const { name, displayName, accountId, floodRate, floodBurst, busyUntil, answeredAt, lostAt, ...connection } =
    parseStored(stored, item);
  const rateLimit = { rate: floodRate, burst: floodBurst };
  const bound = name !== undefined && displayName !== undefined && accountId !== undefined;
  return {
    ...connection,
    answeredAt,
    lostAt,
    rateLimit,
    theoreticalArrivalTime: busyUntil,
    member: bound ? { name, displayName, accountId } : undefined,
  };
}

/** The TTL of an item whose `$disconnect` never came. API Gateway ends every connection after two hours. */
const lifetimeSeconds = 3 * 3600;

const table = () => tableName('connections');

export const connections: Connections = {
  async open(connectionId, address, rateLimit, at) {
    await db.send(
      new PutCommand({
        TableName: table(),
        Item: {
          connectionId,
          address,
          connectedAt: at,
          lastActiveAt: at,
          floodRate: rateLimit.rate,
          floodBurst: rateLimit.burst,
          expiresAt: Math.ceil(at / 1000) + lifetimeSeconds,
        },
      }),
    );
  },

  async find(connectionId) {
    const item = await getItem({ TableName: table(), Key: { connectionId } });
    return item && toConnection(item);
  },

  async touch(connection, { at, active, usedMs }) {
    const { connectionId, theoreticalArrivalTime: busyUntil } = connection;
    const sets = [
      ...(active ? ['lastActiveAt = :at'] : []),
      busyUntil > at ? 'busyUntil = busyUntil + :busy' : 'busyUntil = :busy',
    ];
    const outcome = await updateIf({
      TableName: table(),
      Key: { connectionId },
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: active ? 'lastActiveAt < :at' : 'attribute_exists(connectionId)',
      ExpressionAttributeValues: { ...(active && { ':at': at }), ':busy': busyUntil > at ? usedMs : at + usedMs },
    });
    if (!active || outcome.written || !outcome.item || usedMs === 0) return;
    const now = toConnection(outcome.item);
    // If the SDK retried an update whose response was lost, the stored time is our own. Otherwise another environment has
    // recorded later activity, and the tokens are added to those that it has stored.
    if (now.lastActiveAt !== at) await connections.touch(now, { at, active: false, usedMs });
  },

  async recordAnswer(connectionId, at) {
    await updateIf({
      TableName: table(),
      Key: { connectionId },
      UpdateExpression: 'SET answeredAt = :at',
      ConditionExpression: 'attribute_exists(connectionId)',
      ExpressionAttributeValues: { ':at': at },
    });
  },

  async close(connectionId) {
    const { Attributes } = await db.send(
      new DeleteCommand({ TableName: table(), Key: { connectionId }, ReturnValues: 'ALL_OLD' }),
    );
    return Attributes && toConnection(Attributes);
  },

  async closeGuest(connectionId) {
    const outcome = await deleteIf({
      TableName: table(),
      Key: { connectionId },
      ConditionExpression: 'attribute_not_exists(accountId)',
    });
    return outcome.written;
  },
};
