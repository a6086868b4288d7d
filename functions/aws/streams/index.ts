import { setTimeout as sleep } from 'node:timers/promises';
import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { type EventOf, limits } from '../../../protocol/index.ts';
import type { Draft, Kept, LogError, Provenance, RepeatableRequest, Stream, Streams } from '../../chat/ports.ts';
import { newVersionTag } from '../../chat/token.ts';
import { putIf, type WriteOutcome } from '../dynamodb.ts';
import { tableName } from '../environment.ts';
import { type Counters, countersAt, type Ticket } from './counters.ts';
import { eraseInbox } from './erase.ts';
import { holesAt } from './holes.ts';
import { asKept, hidingFrom, isOf, isTombstone, type StoredItem } from './items.ts';
import { messageKey, ownerOf } from './keys.ts';
import { readBack, streamReader } from './reader.ts';

export { InboxGoneError } from './counters.ts';

/**
 * How long ago (ms) the first sending of a repeated request may have been. Includes a minute for the network and clock
 * skew.
 */
const repeatWindow = (limits.repeatSeconds + 60) * 1000;

/** Messages read at a time on the way back. */
const stride = { first: 50, next: 50 };

/** The most messages read on the way back: three a second in the whole window. */
const mostReadBack = 2_000;

/** The most numbers that one message takes. */
const mostTickets = 10;

/** How long (ms) a repeated request waits at most before it takes another number, by the numbers that it has taken. */
const backoff = (tickets: number) => Math.min(1_000, 50 * 2 ** tickets);

const sent = v.object({ sentAt: v.string() });

/** Streams whose messages may be committed together with something else. */
export interface StreamsOnDynamoDb extends Streams {
  /** Like `append`, but the caller makes the write, for example a transaction that contains the message's put. */
  appendBy<E extends Kept['event']>(
    write: (put: PutCommandInput) => Promise<WriteOutcome>,
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance | Promise<Provenance>,
    request?: RepeatableRequest,
  ): Promise<EventOf<E>>;
  /** Sets the room stream's counter after a restore. */
  beginRoom: Counters['begin'];
}

/**
 * The streams on DynamoDB. A writer takes the next number from the stream's counter, and puts its message there by a
 * conditional put. docs/decisions/0045 says why, and what happens to a number whose writer dies.
 */
export function streamsOn(options: {
  retentionDays: number;
  now: () => number;
  logError: LogError;
}): StreamsOnDynamoDb {
  const { retentionDays, now, logError } = options;
  const expiresAt = () => Math.ceil(now() / 1000) + retentionDays * 86_400;
  const counters = countersAt(now);
  const holes = holesAt({ now, expiresAt });

  /**
   * Finds the message that an earlier sending of the request committed below this number. After the search, the earlier
   * sending cannot commit below it.
   * @throws if it is not among the last messages, and may be among earlier ones.
   */
  async function committedBefore(
    stream: Stream,
    ticket: Ticket,
    fromId: string,
    draft: object,
  ): Promise<StoredItem['item'] | undefined> {
    const oldest = new Date(now() - repeatWindow).toISOString();
    let read = 0;
    for await (const { item } of readBack(holes, ownerOf(stream), ticket.seq, stride, ticket)) {
      if (isOf(item, fromId, draft)) return item;
      if (v.is(sent, item) && item.sentAt < oldest) return undefined;
      read += 1;
      if (read >= mostReadBack) throw new Error(`a repeated request is not among the last ${mostReadBack} messages`);
    }
    return undefined;
  }

  /**
   * Puts a tombstone at an unused number, so that no reader waits for it. Returns the message if its put succeeded
   * after all.
   */
  async function discard(stream: Stream, ticket: Ticket, uid: string): Promise<StoredItem['item'] | undefined> {
    try {
      const { item } = await holes.fill(ownerOf(stream), ticket);
      return item['uid'] === uid ? item : undefined;
    } catch (error) {
      logError('a number was not given up: a reader will fill it', error);
      return undefined;
    }
  }

  async function appendBy<E extends Kept['event']>(
    write: (put: PutCommandInput) => Promise<WriteOutcome>,
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance | Promise<Provenance>,
    request?: RepeatableRequest,
  ): Promise<EventOf<E>> {
    const uid = newVersionTag();
    for (let tickets = 1; tickets <= mostTickets; tickets += 1) {
      const [taken, known] = await Promise.allSettled([counters.take(stream), provenance]);
      if (taken.status === 'rejected') throw taken.reason;
      const ticket = taken.value;
      try {
        if (known.status === 'rejected') throw known.reason;
        const { fromId, hiddenFrom } = known.value;
        await request?.confirm();
        if (request?.again) {
          const before = await committedBefore(stream, ticket, fromId, draft);
          if (before) {
            await discard(stream, ticket, uid);
            return asKept<E>(stream, before);
          }
          request.refuse?.();
        }
        const outcome = await write({
          TableName: tableName('messages'),
          Item: {
            ...messageKey({ ...ownerOf(stream), seq: ticket.seq }),
            ...ticket,
            ...draft,
            fromId,
            ...hidingFrom(hiddenFrom),
            uid,
            expiresAt: expiresAt(),
          },
          ConditionExpression: 'attribute_not_exists(seq)',
        });
        // The SDK retried a put whose first answer was lost: what is there is our own.
        if (outcome.written || outcome.item?.['uid'] === uid) {
          return asKept<E>(stream, { seq: ticket.seq, ...draft });
        }
        if (outcome.item && isOf(outcome.item, fromId, draft)) return asKept<E>(stream, outcome.item);
        // A message at a fresh number was written by an earlier version, which does not use the counter.
        if (outcome.item && !isTombstone(outcome.item)) await counters.catchUp(stream);
      } catch (error) {
        const committed = await discard(stream, ticket, uid);
        if (committed) return asKept<E>(stream, committed);
        throw error;
      }
      // The write took so long that a reader filled the number. Repeated requests read back before they write, and fill the
      // numbers of one another, so they spread.
      if (request?.again) await sleep(Math.random() * backoff(tickets));
      // The same request may have been handled over another connection meanwhile.
      await request?.confirm('now');
    }
    throw new Error(`${mostTickets} numbers in a row were taken`);
  }

  return {
    end: counters.end,
    append: (...message) => appendBy(putIf, ...message),
    appendBy,
    beginRoom: counters.begin,
    eraseInbox,
    ...streamReader(holes, now),
  };
}
