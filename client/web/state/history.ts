import { type Signal, signal } from '@preact/signals';
import { limits } from '../../../protocol/index.ts';
import type { RoomConnection, ShownMessage, StreamName } from '../../room/common.ts';
import type { Conversation } from './conversation.ts';
import type { Item } from './items.ts';
import { conversationOf, itemOf } from './to-item.ts';

/** Messages on the first page of the room: a few screens. Those of the inbox belong to many conversations. */
const firstPage = 50;

export interface HistoryOptions {
  readonly room: () => RoomConnection;
  readonly conversation: (name: string) => Conversation;
  /** This user's own private messages from before a reload, by recipient. The room does not return them. */
  readonly own: ReadonlyMap<string, readonly Item[]>;
}

/** How far back a stream is shown. */
interface Stream {
  readonly name: StreamName;
  wasRead: boolean;
  /** The earliest number that is shown. */
  earliest: number | undefined;
  readonly hasMore: Signal<boolean>;
  readonly isLoading: Signal<boolean>;
}

const unread = (name: StreamName): Stream => ({
  name,
  wasRead: false,
  earliest: undefined,
  hasMore: signal(true),
  isLoading: signal(false),
});

/** Reads earlier messages from the room, a page at a time. */
export class History {
  readonly #options: HistoryOptions;
  readonly #streams = { inbox: unread('inbox'), room: unread('room') };
  #own: ReadonlyMap<string, readonly Item[]>;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#own = options.own;
  }

  hasMore(conversation: Conversation): boolean {
    return this.#streamOf(conversation).hasMore.value;
  }

  isLoading(conversation: Conversation): boolean {
    return this.#streamOf(conversation).isLoading.value;
  }

  /** A message is shown that the room has sent. */
  shown({ stream, seq }: ShownMessage): void {
    this.#streams[stream].earliest ??= seq;
  }

  /**
   * Shows the messages before the earliest one. All private conversations share a stream, so a page may hold nothing for
   * this one: then the next is read.
   * @throws as `RoomConnection.request`.
   */
  async load(conversation: Conversation): Promise<void> {
    const stream = this.#streamOf(conversation);
    if (stream.isLoading.peek()) return;
    stream.isLoading.value = true;
    try {
      let found: ReadonlySet<string> = new Set();
      while (stream.hasMore.peek() && !found.has(conversation.id)) found = await this.#loadPage(stream);
    } finally {
      stream.isLoading.value = false;
    }
  }

  /** Shows the last private messages, of all conversations. */
  async loadInbox(): Promise<void> {
    await this.#loadPage(this.#streams.inbox);
  }

  /** @returns the ids of the conversations that have got earlier messages. */
  async #loadPage(stream: Stream): Promise<ReadonlySet<string>> {
    const { room, conversation } = this.#options;
    const { earliest: before } = stream;
    const isFirst = stream.name === 'room' && !stream.wasRead;
    const limit = isFirst ? firstPage : limits.pageSize;
    const page = await room().request('history', {
      stream: stream.name,
      limit,
      ...(before !== undefined && { before }),
    });
    stream.wasRead = true;
    stream.hasMore.value = page.more;
    // Messages may have come during the request. Those from the first of them on are shown in their order as they come.
    const { earliest: end = Number.POSITIVE_INFINITY } = stream;
    const earlier = page.messages.filter(({ seq }) => seq < end);
    stream.earliest = earlier[0]?.seq ?? stream.earliest;
    const messages = earlier.filter((message) => message.event !== 'hidden');
    const [first] = messages;
    const start = page.more && first ? Date.parse(first.sentAt) : 0;
    const items = new Map<Conversation, Item[]>();
    const add = (name: string, some: readonly Item[]) => {
      const one = conversation(name);
      items.set(one, [...(items.get(one) ?? []), ...some]);
    };
    for (const message of messages) add(conversationOf(message), [itemOf(message)]);
    if (stream.name === 'inbox') for (const [name, own] of this.#takeOwn(start)) add(name, own);
    for (const [one, some] of items) one.prepend(some.sort((former, latter) => former.at - latter.at));
    return new Set([...items.keys()].map(({ id }) => id));
  }

  /** Takes this user's own messages from a time on. The earlier ones stay for the next pages. */
  #takeOwn(start: number): Map<string, Item[]> {
    const taken = new Map<string, Item[]>();
    const rest = new Map<string, Item[]>();
    for (const [name, own] of this.#own) {
      // The list of conversations has it from now on.
      this.#options.conversation(name);
      const earlier = own.filter(({ at }) => at < start);
      const later = own.filter(({ at }) => at >= start);
      if (earlier.length > 0) rest.set(name, earlier);
      if (later.length > 0) taken.set(name, later);
    }
    this.#own = rest;
    return taken;
  }

  #streamOf({ isRoom }: Conversation): Stream {
    return this.#streams[isRoom ? 'room' : 'inbox'];
  }
}
