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

  /** Adds earlier items, oldest first. */
  prepend(items: readonly Item[]): void {
    const added = items.filter((item) => this.#isNew(item));
    if (added.length === 0) return;
    const chunks: Chunk[] = [];
    for (let start = 0; start < added.length; start += chunkSize) {
      chunks.push(this.#chunk(added.slice(start, start + chunkSize)));
    }
    this.chunks.value = [...chunks, ...this.chunks.peek()];
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
