import { type PutCommandInput, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import pRetry from 'p-retry';
import * as v from 'valibot';
import { type EventOf, limits, type StreamMessage, streamMessage } from '../../protocol/index.ts';
import type { Member } from '../chat/model.ts';
import type { Draft, Kept, Newest, Page, Provenance, RoomState, Stream, Streams } from '../chat/ports.ts';
import { newVersionTag } from '../chat/token.ts';
import { db, type Item, putIf, type WriteOutcome } from './dynamodb.ts';
import { tableName } from './environment.ts';

const digits = 15;
const afterAnyNumber = '~';

const numberKey = (seq: number) => String(seq).padStart(digits, '0');

const inboxKey = (name: string) => `inbox/${name}`;
const roomKey = 'room';

/**
 * Where a stream's items stand. An inbox lies under its owner's name, so that its newest message can be read before the account
 * is known; the account's id leads its positions, so that a later owner of the name begins an inbox of its own.
 */
const place = (kind: Stream['kind'], owner: Pick<Member, 'name' | 'accountId'>) =>
  kind === 'room' ? { stream: roomKey, prefix: '' } : { stream: inboxKey(owner.name), prefix: `${owner.accountId}/` };

/** Where in the table a stream's messages after a number stand, up to another one or to the end. */
export function positionsAfter(of: StreamOwner, after: number, upTo?: number) {
  const { stream: key, prefix } = place(of.stream, of.owner ?? nobody);
  const last = prefix + (upTo === undefined ? afterAnyNumber : numberKey(upTo));
  return { key, first: prefix + numberKey(after + 1), last };
}

/** The key of a stream's message. */
export function messageKey({ seq, ...of }: StreamOwner & { readonly seq: number }) {
  const { stream, prefix } = place(of.stream, of.owner ?? nobody);
  return { stream, position: prefix + numberKey(seq) };
}

/**
 * Messages that were read after a number, oldest first; read again, up to their last, if a number is missing among them. A query
 * is no snapshot: it may have passed number n before n was committed, and then have met n + 1. Whatever there is up to the last
 * was committed before a second look; what that does not find has expired.
 */
export async function withoutGap<P extends { readonly messages: readonly { readonly seq: number }[] }>(
  after: number,
  first: P,
  lookAgain: (upTo: number) => Promise<P>,
): Promise<P> {
  const last = first.messages.at(-1)?.seq;
  return last === undefined || last === after + first.messages.length ? first : lookAgain(last);
}

/** A stream, and whose it is if it is an inbox. */
interface StreamOwner {
  readonly stream: Stream['kind'];
  readonly owner?: Pick<Member, 'name' | 'accountId'> | undefined;
}

const head = v.object({ position: v.string(), seq: v.number(), sentAt: v.string() });
const numbered = v.object({ seq: v.number() });
const marks = v.object({ expiresAt: v.number(), hiddenFrom: v.optional(v.set(v.string())) });

/**
 * How long (ms) whatever comes after a message is still there for certain: the shortest retention that `infra/config.ts` takes
 * (a day, whatever it was when the message itself was committed), less an hour for clocks that differ.
 */
const surelyKept = 23 * 3_600_000;

const isExpired = (expiresAt: number, now: number) => expiresAt * 1000 <= now;

const query = (input: Omit<QueryCommandInput, 'TableName' | 'ConsistentRead' | 'ExpressionAttributeNames'>) =>
  db.send(
    new QueryCommand({
      ...input,
      TableName: tableName('messages'),
      ConsistentRead: true,
      ExpressionAttributeNames: { '#stream': 'stream', '#position': 'position' },
    }),
  );

/** What a message says of the request that committed it. */
const origin = v.object({ fromId: v.string(), id: v.string(), text: v.string() });
const sent = v.object({ sentAt: v.string() });

/** How far back (ms) a repeated request is looked for: a minute for its way, and for clocks that differ. */
const repeatWindow = (limits.repeatSeconds + 60) * 1000;

/** Messages read at a time on the way back. */
const stride = 50;

/** Another message took the number: look again, and try the next. */
class NumberTaken extends Error {}

/** Streams whose messages may come about together with something else. */
export interface StreamsOnDynamoDb extends Streams {
  /** Appends as `append` does, by a write of the caller's own, such as a transaction, that the message's put is part of. */
  appendBy<E extends Kept['event']>(
    write: (put: PutCommandInput) => Promise<WriteOutcome>,
    stream: Stream,
    draft: Draft<EventOf<E>>,
    provenance: Provenance,
    newest: Newest | undefined,
  ): Promise<EventOf<E>>;
}

/** The gapless streams on DynamoDB. */
export function streamsOn(options: { retentionDays: number; state: RoomState; now: () => number }): StreamsOnDynamoDb {
  const { retentionDays, state, now } = options;

  async function newestUnder(stream: string, prefix = ''): Promise<Newest | undefined> {
    const { Items } = await query({
      KeyConditionExpression: '#stream = :stream AND #position BETWEEN :first AND :last',
      ExpressionAttributeValues: { ':stream': stream, ':first': `${prefix}0`, ':last': `${prefix}${afterAnyNumber}` },
      ScanIndexForward: false,
      Limit: 1,
    });
    const item = Items?.[0];
    return item && toNewest(item);
  }

  function toNewest(item: Item): Newest {
    const { position, seq, sentAt } = v.parse(head, item);
    const [accountId] = position.includes('/') ? position.split('/') : [];
    return { accountId, seq, isLast: Date.parse(sentAt) > now() - surelyKept };
  }

  async function last(stream: Stream, newest: Newest | undefined): Promise<number> {
    if (stream.kind === 'room') {
      if (newest?.isLast) return newest.seq;
      // The sweeper has noted it within a minute, long before the message could expire.
      return Math.max(newest?.seq ?? 0, (await state.read()).lastBroadcast);
    }
    const { owner, acknowledged } = stream;
    const own = newest && newest.accountId !== owner.accountId ? await newestOf(stream) : newest;
    return Math.max(own?.seq ?? 0, acknowledged);
  }

  function newestOf(stream: Stream): Promise<Newest | undefined> {
    if (stream.kind === 'room') return newestUnder(roomKey);
    const { stream: key, prefix } = place('inbox', stream.owner);
    return newestUnder(key, prefix);
  }

  /** A stream's items down to a number, newest first: what is read later was committed earlier, so that none is missed. */
  async function* backTo(stream: Stream, first: number): AsyncGenerator<Item> {
    const { stream: key, prefix } = place(stream.kind, stream.kind === 'inbox' ? stream.owner : nobody);
    let from: Item | undefined;
    do {
      const { Items, LastEvaluatedKey } = await query({
        KeyConditionExpression: '#stream = :stream AND #position BETWEEN :first AND :last',
        ExpressionAttributeValues: {
          ':stream': key,
          ':first': prefix + numberKey(first),
          ':last': prefix + afterAnyNumber,
        },
        ScanIndexForward: false,
        Limit: stride,
        ExclusiveStartKey: from,
      });
      yield* Items ?? [];
      from = LastEvaluatedKey;
    } while (from);
  }

  async function committedBefore<E extends Kept['event']>(
    stream: Stream,
    draft: Draft<EventOf<E>>,
    { fromId }: Provenance,
  ): Promise<EventOf<E> | undefined> {
    const oldest = new Date(now() - repeatWindow).toISOString();
    for await (const item of backTo(stream, 0)) {
      if (isOf(item, fromId, draft)) return asKept<E>(stream, item);
      if (v.parse(sent, item).sentAt < oldest) return undefined;
    }
    return undefined;
  }

  async function appendBy<E extends Kept['event']>(
    write: (put: PutCommandInput) => Promise<WriteOutcome>,
    stream: Stream,
    draft: Draft<EventOf<E>>,
    { fromId, hiddenFrom }: Provenance,
    newest: Newest | undefined,
  ): Promise<EventOf<E>> {
    const uid = newVersionTag();
    const { stream: key, prefix } = place(stream.kind, stream.kind === 'inbox' ? stream.owner : nobody);
    let known = newest;
    const commit = async (): Promise<EventOf<E>> => {
      const seq = (await last(stream, known)) + 1;
      const outcome = await write({
        TableName: tableName('messages'),
        Item: {
          stream: key,
          position: prefix + numberKey(seq),
          seq,
          ...draft,
          fromId,
          hiddenFrom: hiddenFrom?.size ? hiddenFrom : undefined,
          uid,
          expiresAt: Math.ceil(now() / 1000) + retentionDays * 86_400,
        },
        ConditionExpression: 'attribute_not_exists(seq)',
      });
      // A retried put whose first answer was lost finds itself.
      if (outcome.written || outcome.item?.['uid'] === uid) {
        return { type: 'event', stream: stream.kind, seq, ...draft } as unknown as EventOf<E>;
      }
      known = undefined;
      for await (const item of backTo(stream, seq)) {
        if (isOf(item, fromId, draft)) return asKept<E>(stream, item);
        known ??= toNewest(item);
      }
      throw new NumberTaken();
    };
    return pRetry(commit, {
      retries: 40,
      minTimeout: 4,
      maxTimeout: 120,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof NumberTaken,
    });
  }

  /** Pages through a stream until it has one message more than wanted, which tells that there are more. */
  async function page(
    input: Parameters<typeof query>[0],
    kind: Stream['kind'],
    reader: Member,
    limit: number,
  ): Promise<Page> {
    const messages: StreamMessage[] = [];
    let from: Item | undefined;
    do {
      const { Items, LastEvaluatedKey } = await query({ ...input, Limit: limit + 1, ExclusiveStartKey: from });
      for (const item of Items ?? []) {
        if (!isExpired(v.parse(marks, item).expiresAt, now())) messages.push(asSeenBy(reader, kind, item));
      }
      from = LastEvaluatedKey;
    } while (from && messages.length <= limit);
    return { messages: messages.slice(0, limit), more: messages.length > limit };
  }

  /** A reader's messages of a range of numbers, oldest first. */
  function between(kind: Stream['kind'], reader: Member, first: number, last: number | undefined, limit: number) {
    const { stream, prefix } = place(kind, reader);
    const range = {
      KeyConditionExpression: '#stream = :stream AND #position BETWEEN :first AND :last',
      ExpressionAttributeValues: {
        ':stream': stream,
        ':first': prefix + numberKey(first),
        ':last': prefix + (last === undefined ? afterAnyNumber : numberKey(last)),
      },
    };
    return page(range, kind, reader, limit);
  }

  return {
    newestInbox: (name) => newestUnder(inboxKey(name)),
    newestRoom: () => newestUnder(roomKey),
    last,
    committedBefore,
    append: (...message) => appendBy(putIf, ...message),
    appendBy,

    async after(kind, reader, seq, limit) {
      const first = await between(kind, reader, seq + 1, undefined, limit);
      return withoutGap(seq, first, async (upTo) => {
        const second = await between(kind, reader, seq + 1, upTo, limit);
        return { messages: second.messages, more: first.more || second.more };
      });
    },

    async before(kind, reader, seq, limit) {
      const { stream, prefix } = place(kind, reader);
      const { messages, more } = await page(
        {
          KeyConditionExpression: '#stream = :stream AND #position BETWEEN :first AND :last',
          ExpressionAttributeValues: {
            ':stream': stream,
            ':first': prefix + numberKey(0),
            ':last': prefix + (seq === undefined ? afterAnyNumber : numberKey(Math.max(0, seq - 1))),
          },
          ScanIndexForward: false,
        },
        kind,
        reader,
        limit,
      );
      return { messages: messages.reverse(), more };
    },
  };
}

const nobody: Member = { name: '', displayName: '', accountId: '' };

/** Whether a stored message is what this request committed. A client that uses an id twice says something else with it. */
const isOf = (item: Item, fromId: string, draft: object): boolean =>
  v.is(origin, item) &&
  item.fromId === fromId &&
  'id' in draft &&
  item.id === draft.id &&
  'text' in draft &&
  item.text === draft.text;

/** A stored message as its sender knows it. */
const asKept = <E extends Kept['event']>({ kind }: Stream, item: Item) =>
  v.parse(streamMessage, { ...item, type: 'event', stream: kind }) as EventOf<E>;

/** A stored message as one reader may see it. */
function asSeenBy(reader: Member, kind: Stream['kind'], item: Item): StreamMessage {
  const { hiddenFrom } = v.parse(marks, item);
  if (hiddenFrom?.has(reader.accountId)) {
    return { type: 'event', event: 'hidden', stream: 'room', seq: v.parse(numbered, item).seq };
  }
  return v.parse(streamMessage, { ...item, type: 'event', stream: kind });
}
