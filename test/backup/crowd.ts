import { BatchWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SceneRoom } from '../harness/room.ts';
import type { Tables } from '../harness/tables.ts';
import { dice } from '../soak/person.ts';

export interface CrowdOptions {
  readonly users: number;
  readonly messages: number;
}

const words =
  'the a room was quiet when somebody came in and said hello to all of us who had been there since noon'.split(' ');

/**
 * Fills an empty room with users and messages, without its functions: it writes the items that they would write. Every
 * tenth message is a broadcast. All users have acknowledged some messages, and some have blocked another user.
 */
export async function fill(room: SceneRoom, tables: Tables, { users, messages }: CrowdOptions): Promise<void> {
  // One account that the room creates provides the password hash for all of them.
  await room.register('pattern');
  const pattern = (await room.database.user('pattern')) ?? {};
  const throwDice = dice('crowd');
  const sent = Date.now() - 86_400_000;
  const expiresAt = Math.ceil(Date.now() / 1000) + 20 * 86_400;
  const people = Array.from({ length: users }, (_, i) => ({
    name: `user${i}`,
    accountId: `0crowd${String(i).padStart(15, '0')}`,
    inbox: 0,
  }));
  const at = (index: number) => people[index % people.length] ?? { name: '', accountId: '', inbox: 0 };
  const text = () => Array.from({ length: 3 + throwDice(12) }, () => words[throwDice(words.length)]).join(' ');

  let broadcasts = 0;
  const written = Array.from({ length: messages }, (_, i) => {
    const from = at(throwDice(users));
    const common = {
      from: from.name,
      fromId: from.accountId,
      text: text(),
      sentAt: new Date(sent + i).toISOString(),
      uid: `crowd${i}`,
      expiresAt,
    };
    if (i % 10 === 0) {
      broadcasts += 1;
      return { stream: 'room', position: number(broadcasts), seq: broadcasts, event: 'broadcast', ...common };
    }
    const to = at(throwDice(users));
    to.inbox += 1;
    const position = `${to.accountId}/${number(to.inbox)}`;
    return { stream: `inbox/${to.name}`, position, seq: to.inbox, event: 'message', ...common };
  });
  await write(tables, 'Messages', written);
  await write(
    tables,
    'Users',
    people.map(({ name, accountId, inbox }, i) => {
      const [blocked, blocker] = [at(i + 1), at(i + users - 1)];
      return {
        name,
        displayName: name,
        accountId,
        passwordHash: pattern['passwordHash'],
        blocks: i % 100 === 0 ? { [blocked.accountId]: blocked.name } : {},
        ...(i % 100 === 1 && { blockedBy: new Set([blocker.accountId]) }),
        inboxAcked: throwDice(inbox + 1),
        roomAcked: throwDice(broadcasts + 1),
        createdAt: sent - 86_400_000,
        ...(i % 3 === 0 && { seen: 'seen', lastSeenAt: sent + i }),
      };
    }),
  );
  await tables.db.send(
    new UpdateCommand({
      TableName: tables.name('Room'),
      Key: { room: 'room' },
      UpdateExpression: 'SET lastBroadcast = :last',
      ExpressionAttributeValues: { ':last': broadcasts },
    }),
  );
}

/** Whether a message belongs to the crowd, and not to the users who chat during the backup. */
export const isOfCrowd = (message: Record<string, unknown>) => String(message['uid']).startsWith('crowd');

const number = (seq: number) => String(seq).padStart(15, '0');

async function write({ db, name }: Tables, table: string, items: readonly Record<string, unknown>[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, i) => items.slice(i * 25, i * 25 + 25));
  const writer = async () => {
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      const requests = batch.map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems = {} } = await db.send(
        new BatchWriteCommand({ RequestItems: { [name(table)]: requests } }),
      );
      if (Object.keys(UnprocessedItems).length > 0) throw new Error(`${table}: items were left unprocessed`);
    }
  };
  await Promise.all([writer(), writer(), writer(), writer()]);
}
