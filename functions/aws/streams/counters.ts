import * as v from 'valibot';
import { parseStored } from '../../chat/parse-stored.ts';
import type { Stream } from '../../chat/ports.ts';
import { Refusal } from '../../chat/refusal.ts';
import { getItem, putIf, transact, updateIf } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { roomItem } from '../room-item.ts';
import { queryItems } from './items.ts';
import { counterKey, ownerOf } from './keys.ts';

/** A number of a stream that belongs to one writer. */
export interface Ticket {
  readonly seq: number;
  /**
   * When the previous number was given out (epoch ms); 0 if the counter did not exist then. So a missing number below
   * this one was given out no later than that.
   */
  readonly previousAt: number;
}

/** The account whose inbox it is has been deleted. */
export class InboxGoneError extends Refusal {
  constructor() {
    super('no-such-user');
  }
}

/** Gives out the numbers of streams: one item for each stream, updated in place. DynamoDB serializes the updates and refuses none. */
export interface Counters {
  /**
   * Takes the next number. If the SDK retries an update whose answer was lost, two numbers are taken and one stays
   * empty.
   * @throws InboxGoneError
   */
  take(stream: Stream): Promise<Ticket>;
  /** The last number given out. */
  end(stream: Stream): Promise<number>;
  /**
   * The last number given out (undefined without a counter), and the last number in messages and in earlier versions'
   * notes.
   */
  numbers(stream: Stream): Promise<{ readonly given: number | undefined; readonly stored: number }>;
  /** Moves a counter forward to the newest message: an earlier version writes messages without the counter. */
  catchUp(stream: Stream): Promise<void>;
  /** Raises the room stream's counter to a number. Never lowers it. */
  begin(end: number): Promise<void>;
}

const stored = v.object({ seq: v.number(), givenAt: v.number() });
const before = v.object({ lastBroadcast: v.optional(v.number(), 0) });

const table = () => tableName('messages');
const keyOf = (stream: Stream) => counterKey(ownerOf(stream));

/**
 * The last number of a stream, from its messages and cursors. Used for streams that were written or restored without a
 * counter.
 */
async function storedEnd(stream: Stream): Promise<number> {
  const [newest, known] = await Promise.all([
    queryItems(ownerOf(stream), { first: 0 }, { limit: 1, newestFirst: true }),
    stream.kind === 'inbox' ? stream.acknowledged : lastBroadcast(),
  ]);
  return Math.max(newest.items[0]?.seq ?? 0, known);
}

/** The room stream's last number as an earlier version noted it, in case its last messages have expired. */
async function lastBroadcast(): Promise<number> {
  const item = await getItem({ ...roomItem(), ProjectionExpression: 'lastBroadcast' });
  return parseStored(before, item ?? {}).lastBroadcast;
}

async function given(stream: Stream): Promise<number | undefined> {
  const item = await getItem({ TableName: table(), Key: keyOf(stream) });
  return item && parseStored(stored, item).seq;
}

export const countersAt = (now: () => number): Counters => {
  /** Creates the counter, and takes its first number. Undefined if it has been created meanwhile. */
  async function create(stream: Stream): Promise<Ticket | undefined> {
    const seq = (await storedEnd(stream)) + 1;
    const put = {
      TableName: table(),
      Item: { ...keyOf(stream), seq, givenAt: now() },
      ConditionExpression: 'attribute_not_exists(seq)',
    };
    if (stream.kind === 'room') return (await putIf(put)).written ? { seq, previousAt: 0 } : undefined;
    const { name, accountId } = stream.owner;
    const outcome = await transact([
      { Put: put },
      {
        // The counter is deleted with its account, and must not come back.
        ConditionCheck: {
          TableName: tableName('users'),
          Key: { name },
          ConditionExpression: 'accountId = :id',
          ExpressionAttributeValues: { ':id': accountId },
        },
      },
    ]);
    if (outcome.committed) return { seq, previousAt: 0 };
    if (outcome.failed.has(1)) throw new InboxGoneError();
    return undefined;
  }

  return {
    async take(stream) {
      for (;;) {
        const outcome = await updateIf({
          TableName: table(),
          Key: keyOf(stream),
          UpdateExpression: 'SET seq = seq + :one, givenAt = :now',
          ConditionExpression: 'attribute_exists(seq)',
          ExpressionAttributeValues: { ':one': 1, ':now': now() },
          ReturnValues: 'UPDATED_OLD',
        });
        if (outcome.written) {
          const { seq, givenAt } = parseStored(stored, outcome.old);
          return { seq: seq + 1, previousAt: givenAt };
        }
        const first = await create(stream);
        if (first) return first;
      }
    },

    end: async (stream) => (await given(stream)) ?? storedEnd(stream),

    async numbers(stream) {
      // This order is safe if a number is given out between the two reads.
      const end = await storedEnd(stream);
      return { given: await given(stream), stored: end };
    },

    async catchUp(stream) {
      await updateIf({
        TableName: table(),
        Key: keyOf(stream),
        UpdateExpression: 'SET seq = :end, givenAt = :now',
        ConditionExpression: 'seq < :end',
        ExpressionAttributeValues: { ':end': await storedEnd(stream), ':now': now() },
      });
    },

    async begin(end) {
      await updateIf({
        TableName: table(),
        Key: keyOf({ kind: 'room' }),
        UpdateExpression: 'SET seq = :end, givenAt = :never',
        ConditionExpression: 'attribute_not_exists(seq) OR seq < :end',
        ExpressionAttributeValues: { ':end': end, ':never': 0 },
      });
    },
  };
};
