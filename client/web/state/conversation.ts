import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { foldName } from '../../../protocol/index.ts';
import type { Item, MessageItem } from './items.ts';
import { Log } from './log.ts';
import { storedOfUser } from './storage.ts';

/** A text of this user that the room has not confirmed. */
export interface Outgoing {
  readonly key: string;
  readonly text: string;
  /** Why it was not sent. Undefined while it is being sent. */
  readonly failure?: string;
}

/** The items that came since the user looked last. */
interface Unread {
  readonly count: number;
  /** The key of the first one. */
  readonly first?: string;
  /** The keys of the latest ones. After a reload the room sends again what was not acknowledged. */
  readonly latest: readonly string[];
}

const none: Unread = { count: 0, latest: [] };

/** More than come between two acknowledgements. */
const mostLatest = 100;

const isStored = (item: Item): item is MessageItem => item.kind === 'message' && item.delivery === 'stored';

/** The id of the conversation of everybody. No user has this name. */
export const roomId = '';

/** The conversation of everybody, or that with one user. */
export class Conversation {
  /** The other user's name, folded. */
  readonly id: string;
  /** The other user's name. */
  readonly name: string;
  readonly log = new Log();
  readonly outbox: Signal<readonly Outgoing[]> = signal([]);
  readonly unread: ReadonlySignal<number> = computed(() => this.#unread.value.count);
  readonly #unread: Signal<Unread>;
  /** The first item that came since the user looked last, unseen. The log has a mark above it. */
  readonly unreadFrom: Signal<string | undefined>;
  /** How often the user has come to look at unread items. */
  readonly looks = signal(0);
  /** The number of messages that have come since the page was opened. */
  readonly arrived = signal(0);
  /** When the last message came, in milliseconds since 1970. */
  readonly lastAt = signal(0);
  readonly draft: Signal<string>;
  /** Whether the draft holds a pasted text of several lines, which is never a command. */
  readonly isPasted: Signal<boolean>;

  constructor(name: string) {
    this.id = foldName(name);
    this.name = name;
    this.#unread = storedOfUser(`unread ${name}`, none);
    this.unreadFrom = signal(this.#unread.peek().first);
    this.draft = storedOfUser(`draft ${this.id}`, '');
    this.isPasted = storedOfUser<boolean>(`pasted ${this.id}`, false);
  }

  get isRoom(): boolean {
    return this.id === roomId;
  }

  /** @param isSeen Whether the user is looking at this conversation. */
  add(item: Item, isSeen: boolean): void {
    if (!this.log.add(item)) return;
    if (item.kind !== 'message' && item.kind !== 'file') return;
    this.spokeAt(item.at);
    this.arrived.value += 1;
    const { count, first = item.key, latest } = this.#unread.peek();
    if (isSeen || latest.includes(item.key)) return;
    if (count === 0) this.unreadFrom.value = item.key;
    this.#unread.value = { count: count + 1, first, latest: [...latest, item.key].slice(-mostLatest) };
  }

  /** Adds earlier items, oldest first. */
  addEarlier(items: readonly Item[]): void {
    this.log.addEarlier(items);
    for (const { at } of items) this.spokeAt(at);
  }

  /** One of the two has said something at this time. */
  spokeAt(time: number): void {
    this.lastAt.value = Math.max(this.lastAt.peek(), time);
  }

  /** The user looks at this conversation. The mark stays until the user opens another, or misses more. */
  see(): void {
    if (this.#unread.peek().count > 0) this.looks.value += 1;
    this.#unread.value = none;
  }

  /** The user looks at another conversation. */
  leave(): void {
    this.unreadFrom.value = undefined;
  }

  /** The other user has logged in, and gets what the room has stored. */
  came(): void {
    for (const { items } of this.log.chunks.peek()) {
      if (items.peek().some(isStored))
        items.value = items.peek().map((item) => (isStored(item) ? { ...item, delivery: 'delivered' } : item));
    }
  }
}
