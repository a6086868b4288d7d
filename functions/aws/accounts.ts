import * as v from 'valibot';
import { limits } from '../../protocol/index.ts';
import { chunksOf } from '../chat/chunks.ts';
import { kicked } from '../chat/kicked.ts';
import type { Account, Member, Positions } from '../chat/model.ts';
import { parseStored } from '../chat/parse-stored.ts';
import type { Accounts } from '../chat/ports.ts';
import { getAll, getItem, type Item, queryAll, transact, updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';
import { useInvitation } from './invitations.ts';
import { presenceKey, seenPartition } from './keys.ts';
import { rememberAddress } from './login-tries.ts';
import { claimName, claimOldName } from './name-claims.ts';
import { tables } from './names.ts';
import { loginTriesAfter } from './session-items.ts';
import { createCounter } from './streams/keys.ts';

const stored = v.object({
  name: v.string(),
  displayName: v.string(),
  accountId: v.string(),
  passwordHash: v.string(),
  mustChangePassword: v.optional(v.boolean(), false),
  suspended: v.optional(v.boolean(), false),
  kicked: v.optional(kicked),
  nameClaimed: v.optional(v.boolean(), false),
  blocks: v.optional(v.record(v.string(), v.string()), {}),
  blockedBy: v.optional(v.set(v.string()), () => new Set<string>()),
  inboxAcked: v.number(),
  roomAcked: v.number(),
  announcedUntil: v.optional(v.number(), 0),
});

/** A stored item, parsed. */
export function toAccount(item: Item): Account {
  const { inboxAcked, roomAcked, blocks, ...account } = parseStored(stored, item);
  return { ...account, blocks: new Map(Object.entries(blocks)), acknowledged: { inbox: inboxAcked, room: roomAcked } };
}

const same = 'accountId = :id';

const users = () => tableName('users');

/** Part of a transaction: creates an account, if its name is free. */
export const putNewAccount = (
  { acknowledged, blocks: _none, blockedBy: _nobody, suspended: _no, mustChangePassword, ...account }: Account,
  createdAt: number,
) => ({
  Put: {
    TableName: users(),
    Item: {
      ...account,
      ...(mustChangePassword && { mustChangePassword }),
      blocks: {},
      inboxAcked: acknowledged.inbox,
      roomAcked: acknowledged.room,
      createdAt,
    },
    ConditionExpression: 'attribute_not_exists(#name)',
    ExpressionAttributeNames: { '#name': 'name' },
  },
});

export const accounts: Accounts = {
  async find(name) {
    const item = await getItem({ TableName: users(), Key: { name } });
    return item && toAccount(item);
  },

  async findAll(names) {
    const keys = [...new Set(names)].map((name) => ({ name }));
    return (await getAll(users(), keys)).map(toAccount);
  },

  async create(account, { at, address, invitation }) {
    const known = { Put: rememberAddress(account.name, address, at) };
    const used = invitation === undefined ? [] : [useInvitation(invitation, at)];
    const outcome = await transact([
      putNewAccount(account, at),
      createCounter(account),
      known,
      claimName(account, at),
      ...used,
    ]);
    if (outcome.committed) return 'created';
    return outcome.failed.has(4) ? 'invalid-invitation' : 'user-exists';
  },

  async claimName(account) {
    await claimOldName(account);
    await updateIf({
      TableName: users(),
      Key: { name: account.name },
      UpdateExpression: 'SET nameClaimed = :true',
      ConditionExpression: same,
      ExpressionAttributeValues: { ':id': account.accountId, ':true': true },
    });
  },

  async block(blocker, blocked) {
    const { Update: side } = blockedSide(blocker, blocked, 'ADD');
    const outcome = await transact([
      {
        Update: {
          TableName: users(),
          Key: { name: blocker.name },
          UpdateExpression: 'SET blocks.#blocked = :name',
          ConditionExpression: `${same} AND attribute_not_exists(blocks.#blocked)`,
          ExpressionAttributeNames: { '#blocked': blocked.accountId },
          ExpressionAttributeValues: { ':id': blocker.accountId, ':name': blocked.name },
        },
      },
      {
        Update: {
          ...side,
          ConditionExpression: `${same} AND (attribute_not_exists(blockedBy) OR size(blockedBy) < :most)`,
          ExpressionAttributeValues: { ...side.ExpressionAttributeValues, ':most': limits.blockers },
        },
      },
    ]);
    if (outcome.committed) return 'blocked';
    const isFull = !outcome.failed.has(0) && outcome.failed.get(1)?.['accountId'] === blocked.accountId;
    return isFull ? 'full' : 'changed';
  },

  async unblock(blocker, blocked) {
    const { committed } = await transact([
      {
        Update: {
          TableName: users(),
          Key: { name: blocker.name },
          UpdateExpression: 'REMOVE blocks.#blocked',
          ConditionExpression: `${same} AND attribute_exists(blocks.#blocked)`,
          ExpressionAttributeNames: { '#blocked': blocked.accountId },
          ExpressionAttributeValues: { ':id': blocker.accountId },
        },
      },
      blockedSide(blocker, blocked, 'DELETE'),
    ]);
    return committed;
  },

  async forgetBlocks(blocker, accountIds) {
    for (const ids of chunksOf(accountIds, together)) {
      await updateIf({
        TableName: users(),
        Key: { name: blocker.name },
        UpdateExpression: `REMOVE ${ids.map((_, i) => `blocks.#${i}`).join(', ')}`,
        ConditionExpression: same,
        ExpressionAttributeNames: Object.fromEntries(ids.map((id, i) => [`#${i}`, id])),
        ExpressionAttributeValues: { ':id': blocker.accountId },
      });
    }
  },

  async forgetBlocker(blocker) {
    for (const blocks of chunksOf([...blocker.blocks], together)) {
      await Promise.all(
        blocks.map(([accountId, name]) => updateIf(blockedSide(blocker, { name, accountId }, 'DELETE').Update)),
      );
    }
  },

  async acknowledge(member, positions) {
    const { sets, conditions, values } = forward(positions);
    if (sets.length === 0) return;
    await updateIf({
      TableName: users(),
      Key: { name: member.name },
      UpdateExpression: `SET ${sets.join(', ')}`,
      ConditionExpression: [same, ...conditions].join(' AND '),
      ExpressionAttributeValues: { ':id': member.accountId, ...values },
    });
  },

  async changePassword({ account, connectionId, address, at, newHash, tokenHash }) {
    const outcome = await transact([
      {
        Update: {
          TableName: users(),
          Key: { name: account.name },
          UpdateExpression: 'SET passwordHash = :new',
          ConditionExpression: `${same} AND passwordHash = :old`,
          ExpressionAttributeValues: { ':id': account.accountId, ':old': account.passwordHash, ':new': newHash },
        },
      },
      {
        Update: {
          TableName: tableName('presence'),
          Key: presenceKey(account.name),
          UpdateExpression: tokenHash === undefined ? 'REMOVE tokenHash' : 'SET tokenHash = :token',
          ConditionExpression: 'connectionId = :connection',
          ExpressionAttributeValues: { ':connection': connectionId, ':token': tokenHash },
        },
      },
      loginTriesAfter(account.name, address, at),
    ]);
    if (outcome.committed) return 'changed';
    if (outcome.failed.has(2)) return 'login-blocked';
    return outcome.failed.has(0) ? 'account-changed' : 'moved-on';
  },

  async seenSince(time) {
    const items = await queryAll({
      TableName: users(),
      IndexName: tables.users.index.name,
      KeyConditionExpression: 'seen = :seen AND lastSeenAt >= :time',
      ExpressionAttributeValues: { ':seen': seenPartition, ':time': time },
    });
    return items.map((item) => parseStored(seenItem, item));
  },
};

/** Blocks removed per update: an expression is limited to 4 KB. */
const together = 100;

const seenItem = v.object({ name: v.string(), displayName: v.string() });

const blockedSide = (blocker: Member, blocked: Pick<Member, 'name' | 'accountId'>, how: 'ADD' | 'DELETE') => ({
  Update: {
    TableName: users(),
    Key: { name: blocked.name },
    UpdateExpression: `${how} blockedBy :blocker`,
    ConditionExpression: same,
    ExpressionAttributeValues: { ':id': blocked.accountId, ':blocker': new Set([blocker.accountId]) },
  },
});

const cursors = { inbox: 'inboxAcked', room: 'roomAcked' } as const satisfies Record<keyof Positions, string>;

/**
 * Cursors only move forward. A client acknowledges in order, so an acknowledgement that is behind in either cursor is
 * an old one.
 */
function forward(positions: Partial<Positions>) {
  const given = (['inbox', 'room'] as const).filter((stream) => positions[stream] !== undefined);
  return {
    sets: given.map((stream) => `${cursors[stream]} = :${stream}`),
    conditions: given.map((stream) => `${cursors[stream]} <= :${stream}`),
    values: Object.fromEntries(given.map((stream) => [`:${stream}`, positions[stream]])),
  };
}
