import type { StreamMessage } from '../../../protocol/index.ts';
import type { Member } from '../../chat/model.ts';
import type { Stream, Streams } from '../../chat/ports.ts';
import { sentAt } from '../../chat/reply-page.ts';
import { accounts } from '../accounts.ts';
import type { Above, Holes } from './holes.ts';
import { asSeenBy, isTombstone, queryItems, type ReadBlocks, type StoredItem } from './items.ts';
import type { StreamOwner } from './keys.ts';

/** The most items that `after` reads, so that a reader passes any number of tombstones in several requests. */
const mostRead = 1_000;

/**
 * Items per query of `after`, except the first. A further query is needed only if the first one returned tombstones or
 * expired messages. A small limit would then take many queries.
 */
const nextPage = 200;

/** The same for `before`. */
const nextPageBack = 100;

/**
 * `before` makes no further query once it has read 100 messages (expired ones count) or 1,000 tombstones, which are
 * small. So it reads at most two messages more than `limits.pageSize`, and at most about 1,000 tombstones.
 */
const mostBack = { total: 1_000, perMessage: 10, perTombstone: 1 };

/**
 * Yields a stream's items after a number, oldest first. Stops before a number whose message may still come, and then
 * returns `true`.
 */
async function* readOn(
  holes: Holes,
  of: StreamOwner,
  after: number,
  limit: number,
): AsyncGenerator<StoredItem, boolean> {
  let last = after;
  let from: StoredItem['item'] | undefined;
  do {
    const { items, next } = await queryItems(of, { first: after + 1 }, { limit: from ? nextPage : limit, from });
    for (const item of items) {
      const settled = await holes.settle(of, last + 1, item);
      yield* settled.items;
      if (settled.upTo < item.seq - 1) return true;
      yield item;
      last = item.seq;
    }
    from = next;
  } while (from);
  return false;
}

/**
 * Yields a stream's items below a number (undefined: from the end), newest first. It fills missing numbers whose
 * writers may still be running, so such a writer must take another number.
 * @param perQuery Items per query: the first, and the others.
 * @param ticket The caller's own number, if no item has it yet.
 */
export async function* readBack(
  holes: Holes,
  of: StreamOwner,
  below: number | undefined,
  perQuery: { readonly first: number; readonly next: number },
  ticket?: Above,
): AsyncGenerator<StoredItem> {
  let above = ticket;
  let from: StoredItem['item'] | undefined;
  do {
    const how = { limit: from ? perQuery.next : perQuery.first, newestFirst: true, from };
    const { items, next } = await queryItems(of, { first: 0, last: below }, how);
    for (const item of items) {
      if (above) yield* newestFirst(await holes.settleNow(of, item.seq + 1, above));
      above = item;
      if (item.seq !== below) yield item;
    }
    from = next;
  } while (from);
  if (above) yield* newestFirst(await holes.settleNow(of, 1, above));
}

const newestFirst = (items: readonly StoredItem[]) => items.toReversed();

/** The most items of an inbox that one call of `sentTo` reads. */
const mostSearched = 1_000;

/** How far a reader has got. If it read only tombstones, it has reached no time: `~` sorts after all times. */
const reachedAt = (seq: number, times: readonly string[]) => ({ seq, time: times.toSorted()[0] ?? '~' });

/** Reads streams for their readers; see the port. */
export function streamReader(holes: Holes, now: () => number): Pick<Streams, 'after' | 'before' | 'sentTo'> {
  return {
    async after(kind, reader, seq, limit) {
      const messages: StreamMessage[] = [];
      const readBlocks = blocksOf(reader);
      const steps = readOn(holes, ownOf(kind, reader), seq, limit + 1);
      for (let upTo = seq, read = 0; ; read += 1) {
        if (read === mostRead) return { messages, upTo, more: true };
        const { done, value } = await steps.next();
        if (done) return { messages, upTo, more: value };
        const message = await asSeenBy(reader, kind, value, now(), readBlocks);
        if (message) {
          if (messages.length === limit) return { messages, upTo, more: true };
          messages.push(message);
        }
        upTo = value.seq;
      }
    },

    async before(kind, reader, seq, limit) {
      const messages: StreamMessage[] = [];
      const readBlocks = blocksOf(reader);
      // The first query also returns the item at `seq`.
      const perQuery = { first: limit + (seq === undefined ? 1 : 2), next: nextPageBack };
      const pageTo = (reached: number) => ({
        messages: messages.toReversed(),
        reached: reachedAt(reached, messages.map(sentAt)),
      });
      let [reached, read, spent] = [0, 0, 0];
      for await (const item of readBack(holes, ownOf(kind, reader), seq, perQuery)) {
        const message = await asSeenBy(reader, kind, item, now(), readBlocks);
        if (message && messages.length === limit) return pageTo(reached);
        if (message) messages.push(message);
        reached = item.seq;
        read += 1;
        spent += isTombstone(item.item) ? mostBack.perTombstone : mostBack.perMessage;
        if (read > limit && spent >= mostBack.total) return pageTo(reached);
      }
      return { messages: messages.reverse(), reached: undefined };
    },

    async sentTo(recipient, sender, before) {
      const inbox = ownOf('inbox', recipient);
      const last = before === undefined ? undefined : before - 1;
      // One query: DynamoDB ends it after 1 MB. Holes stay, because they are the recipient's to settle.
      const how = { limit: mostSearched, newestFirst: true, mayLag: true };
      const { items, next } = await queryItems(inbox, { first: 0, last }, how);
      const messages: StreamMessage[] = [];
      const readBlocks = blocksOf(recipient);
      for (const stored of items.toReversed()) {
        if (stored.item['fromId'] !== sender.accountId) continue;
        const message = await asSeenBy(recipient, 'inbox', stored, now(), readBlocks);
        if (message?.event === 'message') messages.push({ ...message, to: recipient.displayName });
      }
      const times = items.map(({ item }) => item['sentAt']).filter((time) => typeof time === 'string');
      const earliest = next && items.at(-1);
      return { messages, reached: earliest && reachedAt(earliest.seq, times) };
    },
  };
}

const ownOf = (stream: Stream['kind'], owner: StreamOwner['owner']): StreamOwner =>
  stream === 'room' ? { stream } : { stream, owner };

/** Reads a reader's blocks once, when they are first needed. */
function blocksOf({ name, accountId }: Member): ReadBlocks {
  let blocks: ReturnType<ReadBlocks> | undefined;
  const read = async () => {
    const account = await accounts.find(name);
    return account?.accountId === accountId ? account.blocks : new Map();
  };
  return () => {
    blocks ??= read();
    return blocks;
  };
}
