import { perMillionPosts, perMillionRuns } from '../chat/admin/prices.ts';
import { updateIf } from './dynamodb.ts';
import { numberFromEnv } from './environment.ts';
import { logError } from './log.ts';
import { variables } from './names.ts';
import { roomItem } from './room-item.ts';

/** US$ that this environment has spent and not stored yet. */
let unstored = 0;

/** US$; a thousand commands or so. A smaller step would cost more writes, a larger one would lose more with each environment. */
const step = numberFromEnv(variables.spentStep, 5_000) / 1_000_000;

/** Counts posts to connections, also those that another function will make. */
export function notePosts(count: number): void {
  unstored += (count * perMillionPosts) / 1_000_000;
}

/** Counts the price of each run of a function, and adds the sum to the room's count now and then. */
export const counted =
  <E, C, R>(name: keyof typeof perMillionRuns, handler: (event: E, context: C) => Promise<R>) =>
  async (event: E, context: C): Promise<R> => {
    try {
      return await handler(event, context);
    } finally {
      unstored += perMillionRuns[name] / 1_000_000;
      if (unstored >= step) await store();
    }
  };

async function store(): Promise<void> {
  const usd = unstored;
  unstored = 0;
  try {
    await updateIf({
      ...roomItem(),
      UpdateExpression: 'ADD spent :usd',
      ConditionExpression: 'attribute_exists(room)',
      ExpressionAttributeValues: { ':usd': usd },
    });
  } catch (error) {
    unstored += usd;
    logError('what was spent was not stored', error);
  }
}
