import { type Signal, signal } from '@preact/signals';
import { limits } from '../../../protocol/index.ts';
import type { RoomConnection, ShownMessage } from '../../room/common.ts';
import type { Conversation } from './conversation.ts';
import type { Item } from './items.ts';
import { conversationOf, itemOf } from './to-item.ts';

/** Messages on the first page of a conversation: a few screens. */
const firstPage = 50;

/** Pages read in a row without a message. The user can go on. */
const mostEmpty = 5;

export interface HistoryOptions {
  readonly room: RoomConnection;
  readonly conversation: (name: string) => Conversation;
  /** Called with the items that a page adds. */
  readonly found: (conversation: Conversation, items: readonly Item[]) => void;
}

/** How far back a conversation is shown. */
interface Progress {
  wasRead: boolean;
  /** The earliest number that is shown, of the room's stream. */
  before?: number | undefined;
  /** Where a private conversation goes on. */
  cursor?: string | undefined;
  readonly hasMore: Signal<boolean>;
  readonly isLoading: Signal<boolean>;
}

/** Reads earlier messages from the room, a page at a time. */
export class History {
  readonly #options: HistoryOptions;
  readonly #progress = new Map<Conversation, Progress>();

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  hasMore(conversation: Conversation): boolean {
    return this.#of(conversation).hasMore.value;
  }

  isLoading(conversation: Conversation): boolean {
    return this.#of(conversation).isLoading.value;
  }

  /** A message is shown that the room has sent. */
  shown({ stream, seq }: ShownMessage, conversation: Conversation): void {
    if (stream === 'room') this.#of(conversation).before ??= seq;
  }

  /**
   * Shows the last messages of a conversation that is opened for the first time.
   * @throws as `RoomConnection.request`.
   */
  async open(conversation: Conversation): Promise<void> {
    if (!this.#of(conversation).wasRead) await this.load(conversation);
  }

  /**
   * Shows the messages before those that are shown. A page may be empty: then the next is read.
   * @throws as `RoomConnection.request`.
   */
  async load(conversation: Conversation): Promise<void> {
    const progress = this.#of(conversation);
    if (progress.isLoading.peek()) return;
    progress.isLoading.value = true;
    try {
      for (let pages = 0; progress.hasMore.peek() && pages < mostEmpty; pages += 1)
        if (await this.#loadPage(conversation, progress)) return;
    } finally {
      progress.isLoading.value = false;
    }
  }

  /** Lists the conversations with users who have written lately. */
  async learnConversations(): Promise<void> {
    const { messages } = await this.#options.room.request('history', { stream: 'inbox' });
    for (const message of messages)
      if (message.event !== 'hidden')
        this.#options.conversation(conversationOf(message)).spokeAt(Date.parse(message.sentAt));
  }

  /** @returns whether it has messages. */
  async #loadPage(conversation: Conversation, progress: Progress): Promise<boolean> {
    const { before, cursor } = progress;
    const { messages, more, ...next } = await this.#options.room.request('history', {
      limit: progress.wasRead ? limits.pageSize : firstPage,
      ...(conversation.isRoom
        ? { stream: 'room', ...(before !== undefined && { before }) }
        : { stream: 'inbox', with: conversation.name, ...(cursor !== undefined && { cursor }) }),
    });
    progress.wasRead = true;
    progress.cursor = next.cursor;
    progress.hasMore.value = more;
    // Broadcasts may have come during the request. Those from the first of them on are shown as they come.
    const { before: end = Number.POSITIVE_INFINITY } = progress;
    const earlier = conversation.isRoom ? messages.filter(({ seq }) => seq < end) : messages;
    if (conversation.isRoom) progress.before = earlier[0]?.seq ?? progress.before;
    const items = earlier.filter((message) => message.event !== 'hidden').map(itemOf);
    this.#options.found(conversation, conversation.addEarlier(items));
    return earlier.length > 0;
  }

  #of(conversation: Conversation): Progress {
    const known = this.#progress.get(conversation);
    if (known) return known;
    const progress = { wasRead: false, hasMore: signal(true), isLoading: signal(false) };
    this.#progress.set(conversation, progress);
    return progress;
  }
}
