import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import type { Tables } from './tables.ts';

export interface Present {
  readonly name: string;
  readonly connectionId: string;
  readonly detachedAt?: number;
}

/** What the room's tables say of who is there: the sessions, and the count. */
export async function attendance({ db, name }: Tables): Promise<{ online: number; present: Present[] }> {
  const [room, presence] = await Promise.all([
    db.send(new GetCommand({ TableName: name('Room'), Key: { room: 'room' }, ConsistentRead: true })),
    db.send(
      new QueryCommand({
        TableName: name('Presence'),
        KeyConditionExpression: '#shard = :shard',
        ExpressionAttributeNames: { '#shard': 'shard' },
        ExpressionAttributeValues: { ':shard': 0 },
        ConsistentRead: true,
      }),
    ),
  ]);
  return { online: room.Item?.['online'] as number, present: (presence.Items ?? []) as unknown as Present[] };
}

/** How long (ms) a function that ends a session may take until the count has gone down. */
const settling = { timeout: 2_000, interval: 2 };

/** The count equals the number of sessions, as soon as the functions under way have ended. Gives the names of the present. */
export async function countIsExact(tables: Tables): Promise<string[]> {
  let found = await attendance(tables);
  await expect
    .poll(async () => {
      found = await attendance(tables);
      return found.online - found.present.length;
    }, settling)
    .toBe(0);
  return found.present.map((one) => one.name);
}
