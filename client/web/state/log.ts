import { type Signal, signal } from '@preact/signals';
import type { Item } from './items.ts';

/** Items per chunk. A new item renders its chunk again, and no other. */
const chunkSize = 50;

/** Items that are neighbours. The view leaves out the painting of chunks that are out of sight. */
export interface Chunk {
  readonly id: number;
  readonly items: Signal<readonly Item[]>;
}

/** The items of a conversation, oldest first. */
export class Log {
  readonly chunks: Signal<readonly Chunk[]> = signal([]);
  readonly #keys = new Set<string>();
  #nextId = 0;

  /** Adds an item at the end. @returns whether it is new. */
  add(item: Item): boolean {
    if (!this.#isNew(item)) return false;
    const last = this.chunks.peek().at(-1);
    if (last && last.items.peek().length < chunkSize) last.items.value = [...last.items.peek(), item];
    else this.chunks.value = [...this.chunks.peek(), this.#chunk([item])];
    return true;
  }

  /** Adds items above all others, oldest first. @returns the new ones. */
  addAbove(items: readonly Item[]): readonly Item[] {
    const added = items.filter((item) => this.#isNew(item));
    this.#putAbove(added);
    return added;
  }

  /**
   * Adds items, oldest first, each below the last message that is older or as old. The room shows unacknowledged messages
   * first; own messages from the history belong between them.
   * @returns the new ones.
   */
  addByTime(items: readonly Item[]): readonly Item[] {
    const added = items.filter((item) => this.#isNew(item));
    this.#putAbove(added.filter((item) => !this.#insert(item)));
    return added;
  }

  #putAbove(earlier: readonly Item[]): void {
    if (earlier.length === 0) return;
    const chunks: Chunk[] = [];
    for (let start = 0; start < earlier.length; start += chunkSize) {
      chunks.push(this.#chunk(earlier.slice(start, start + chunkSize)));
    }
    this.chunks.value = [...chunks, ...this.chunks.peek()];
  }

  /** Adds an item below the last message that is older or as old. @returns false if all messages are newer. */
  #insert(item: Item): boolean {
    // What is not a message has the time of this machine, not that of the room.
    const isBefore = (one: Item) => (one.kind === 'message' || one.kind === 'file') && one.at <= item.at;
    const chunk = this.chunks.peek().findLast(({ items }) => items.peek().some(isBefore));
    if (!chunk) return false;
    const items = chunk.items.peek();
    const end = items.findLastIndex(isBefore) + 1;
    chunk.items.value = [...items.slice(0, end), item, ...items.slice(end)];
    return true;
  }

  #isNew({ key }: Item): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    return true;
  }

  #chunk(items: readonly Item[]): Chunk {
    this.#nextId += 1;
    return { id: this.#nextId, items: signal(items) };
  }
}
