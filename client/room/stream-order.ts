import type { StreamMessage } from '../../protocol/index.ts';

export type StreamName = StreamMessage['stream'];
export const streamNames: readonly StreamName[] = ['inbox', 'room'];

/** Positions in the streams; absent: not known yet. */
export type Positions = { [S in StreamName]?: number };

/**
 * Puts one stream's messages in order, each once. Messages come two ways: posted, in any order, perhaps
 * twice or never; and in the pages of a `sync`, which are complete.
 */
export class StreamOrder {
  readonly #held = new Map<number, StreamMessage>();
  #position: number | undefined;

  /** @param position The number after which to begin, if that is known. */
  constructor(position?: number) {
    this.#position = position;
  }

  /** The last number given out; undefined until the first page of a `sync` told where to begin. */
  get position(): number | undefined {
    return this.#position;
  }

  /** Whether a message waits for others that should have come before it. */
  get hasGap(): boolean {
    return this.#held.size > 0;
  }

  /** Keeps a posted message until its turn. */
  hold(message: StreamMessage): void {
    if (message.seq > (this.#position ?? 0)) this.#held.set(message.seq, message);
  }

  /** The held messages whose turn it is. */
  takeReady(): StreamMessage[] {
    const ready: StreamMessage[] = [];
    if (this.#position === undefined) return ready;
    for (let next = this.#held.get(this.#position + 1); next; next = this.#held.get(this.#position + 1)) {
      ready.push(next);
      this.#advance(next.seq);
    }
    return ready;
  }

  /** Takes a message of a page: what is missing before it has expired, but for what has been held. */
  takeFromPage(message: StreamMessage): StreamMessage[] {
    if (message.seq <= (this.#position ?? 0)) return [];
    const before = this.skipTo(message.seq - 1);
    this.#advance(message.seq);
    return [...before, message];
  }

  /** Goes on past everything up to `seq`, which a page told is complete, and gives what had been held of it. */
  skipTo(seq: number): StreamMessage[] {
    const passed = [...this.#held.values()].filter((held) => held.seq <= seq).sort((a, b) => a.seq - b.seq);
    this.#advance(seq);
    return passed;
  }

  #advance(seq: number): void {
    this.#position = Math.max(this.#position ?? 0, seq);
    for (const held of this.#held.keys()) if (held <= this.#position) this.#held.delete(held);
  }
}
