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

/** This user's latest messages to another user that a reload shows in any case. */
const mostSent = 20;

const isStored = (item: Item): item is MessageItem => item.kind === 'message' && item.delivery === 'stored';

const asDelivered = <T extends Item>(item: T): T => (isStored(item) ? { ...item, delivery: 'delivered' } : item);

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
  /** The latest own messages that the room has confirmed. Right after that, a page of the history may not have them yet. */
  readonly #sent: Signal<readonly MessageItem[]>;

  constructor(name: string) {
    this.id = foldName(name);
    this.name = name;
    this.#unread = storedOfUser(`unread ${name}`, none);
    this.unreadFrom = signal(this.#unread.peek().first);
    this.draft = storedOfUser(`draft ${this.id}`, '');
    this.isPasted = storedOfUser<boolean>(`pasted ${this.id}`, false);
    this.#sent = storedOfUser<readonly MessageItem[]>(`sent ${this.id}`, []);
    for (const { at } of this.#sent.peek()) this.spokeAt(at);
  }

  get isRoom(): boolean {
    return this.id === roomId;
  }

  /** @param isSeen Whether the user is looking at this conversation. */
  add(item: Item, isSeen: boolean): void {
    if (!this.log.add(item)) return;
    if (item.kind !== 'message' && item.kind !== 'file') return;
    this.spokeAt(item.at);
    if (item.kind === 'message' && item.delivery) this.#sent.value = [...this.#sent.peek(), item].slice(-mostSent);
    this.arrived.value += 1;
    const { count, first = item.key, latest } = this.#unread.peek();
    if (isSeen || latest.includes(item.key)) return;
    if (count === 0) this.unreadFrom.value = item.key;
    this.#unread.value = { count: count + 1, first, latest: [...latest, item.key].slice(-mostLatest) };
  }

  /** Adds earlier items, oldest first. @returns the new ones. */
  addEarlier(items: readonly Item[]): readonly Item[] {
    for (const { at } of items) this.spokeAt(at);
    // The room's numbers say the order. Its times may differ from it by the clocks of two machines.
    if (this.isRoom) return this.log.addAbove(items);
    const start = items[0]?.at ?? 0;
    const sent = this.#sent.peek().filter(({ at }) => at >= start);
    // An item of this tab knows its delivery, so it takes the place of the same one from the history.
    const all = new Map([...items, ...sent].map((item) => [item.key, item]));
    return this.log.addByTime([...all.values()].sort((one, other) => one.at - other.at));
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
      if (items.peek().some(isStored)) items.value = items.peek().map(asDelivered);
    }
    this.forgetStored();
  }

  /** The session has ended, so the page does not learn who logs in: the next login shows no message as stored. */
  forgetStored(): void {
    this.#sent.value = this.#sent.peek().map(asDelivered);
  }
}
