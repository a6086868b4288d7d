import * as v from 'valibot';
import { parseStored } from '../chat/parse-stored.ts';
import { type StrangerCounter, type StrangerTries, strangerWindow } from '../chat/stranger-tries.ts';
import { updateIf } from './dynamodb.ts';
import { tableName } from './environment.ts';

const stored = v.object({ since: v.number(), guesses: v.number() });

const item = ({ name, address }: StrangerCounter) => ({
  TableName: tableName('loginBlocks'),
  Key: { name, address },
});

export const strangerTries: StrangerTries = {
  async count(counter, now) {
    const { limit } = counter;
    for (;;) {
      const added = await updateIf({
        ...item(counter),
        UpdateExpression: 'ADD guesses :one',
        ConditionExpression: 'since > :before AND guesses < :limit',
        ExpressionAttributeValues: { ':one': 1, ':before': now - strangerWindow, ':limit': limit },
        ReturnValues: 'ALL_NEW',
      });
      if (added.written) {
        const { since, guesses } = parseStored(stored, added.old ?? {});
        if (guesses >= limit) await showBlock(counter, since);
        return undefined;
      }
      const present = v.safeParse(stored, added.item ?? {});
      if (present.success && present.output.since > now - strangerWindow) return present.output.since + strangerWindow;
      if (await begin(counter, now)) return undefined;
    }
  },

  async takeBack(counter, now) {
    await updateIf({
      ...item(counter),
      UpdateExpression: 'SET blockedUntil = :none ADD guesses :fewer',
      ConditionExpression: 'since > :before AND guesses > :zero',
      ExpressionAttributeValues: { ':none': 0, ':fewer': -1, ':before': now - strangerWindow, ':zero': 0 },
    });
  },
};

/** Starts a window with its first try. False if another function did. */
async function begin(counter: StrangerCounter, now: number): Promise<boolean> {
  const { written } = await updateIf({
    ...item(counter),
    UpdateExpression: 'SET guesses = :one, since = :now, blockedUntil = :none, expiresAt = :end',
    ConditionExpression: 'attribute_not_exists(since) OR since <= :before',
    ExpressionAttributeValues: {
      ':one': 1,
      ':now': now,
      ':none': 0,
      ':end': Math.ceil((now + strangerWindow) / 1000),
      ':before': now - strangerWindow,
    },
  });
  return written;
}

/** Lets the administrator see and lift the block, as that of a single user. */
async function showBlock(counter: StrangerCounter, since: number): Promise<void> {
  await updateIf({
    ...item(counter),
    UpdateExpression: 'SET blockedUntil = :until',
    ConditionExpression: 'since = :since AND guesses >= :limit',
    ExpressionAttributeValues: { ':until': since + strangerWindow, ':since': since, ':limit': counter.limit },
  });
}
