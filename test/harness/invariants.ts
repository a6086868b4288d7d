import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { expect } from 'vitest';
import type { LocalRoom } from '../../local/room.ts';
import type { Tables } from './tables.ts';

const present = v.looseObject({ name: v.string(), connectionId: v.string(), detachedAt: v.optional(v.number()) });

export type Present = v.InferOutput<typeof present>;

/** The sessions and the count in the room's tables. */
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
  return { online: room.Item?.['online'] as number, present: v.parse(v.array(present), presence.Items) };
}

/**
 * The sweeper's corrections of a wrong count, from now on. A test that waits for the right count should expect none, because
 * a scheduled run of the sweeper may otherwise hide a bug. Not for a fast clock: it makes slow functions count as killed.
 */
export function correctionsIn({ lambdaLogs }: LocalRoom): readonly string[] {
  const corrections: string[] = [];
  lambdaLogs.subscribe(
    ({ text }) => void (text.includes('the count of those online was wrong') && corrections.push(text)),
  );
  return corrections;
}

/**
 * Checks that the count equals the number of sessions when all running functions have ended. Returns the names of the
 * users online.
 */
export async function countIsExact(tables: Tables): Promise<string[]> {
  let found = await attendance(tables);
  await expect
    .poll(
      async () => {
        found = await attendance(tables);
        return found.online - found.present.length;
      },
      { interval: 2 },
    )
    .toBe(0);
  return found.present.map((one) => one.name);
}
