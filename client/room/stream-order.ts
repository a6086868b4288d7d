import type { EventOf, StreamMessage } from '../../protocol/index.ts';

export type StreamName = StreamMessage['stream'];
export const streamNames: readonly StreamName[] = ['inbox', 'room'];

/** A message that is shown to the user. */
export type ShownMessage = Exclude<StreamMessage, EventOf<'hidden'>>;

/** Positions in the streams. A position is absent until it is known. */
export type Positions = { [S in StreamName]?: number };

/**
 * Puts one stream's messages in order, each once. Posts come in any order, twice or never. The pages of a `sync` are
 * complete up to their position.
 */
export class StreamOrder {
  readonly #held = new Map<number, StreamMessage>();
  #position: number | undefined;

  /** @param position The last number before the first message, if that is known. */
  constructor(position?: number) {
    this.#position = position;
  }

  /** The last number passed. Undefined before the first page of a `sync`. */
  get position(): number | undefined {
    return this.#position;
  }

  /** Whether a posted message waits for earlier ones. */
  get hasGap(): boolean {
    return this.#held.size > 0;
  }

  /** Holds a posted message until it is next. */
  hold(message: StreamMessage): void {
    if (message.seq > (this.#position ?? 0)) this.#held.set(message.seq, message);
  }

  /** Takes the held messages that are next. */
  takeReady(): StreamMessage[] {
    const ready: StreamMessage[] = [];
    if (this.#position === undefined) return ready;
    for (let next = this.#held.get(this.#position + 1); next; next = this.#held.get(this.#position + 1)) {
      ready.push(next);
      this.#advance(next.seq);
    }
    return ready;
  }

  /** Takes a message of a page, after the held messages before it. Other numbers before it have no message. */
  takeFromPage(message: StreamMessage): StreamMessage[] {
    if (message.seq <= (this.#position ?? 0)) return [];
    const before = this.skipTo(message.seq - 1);
    this.#advance(message.seq);
    return [...before, message];
  }

  /**
   * Takes the held messages up to `seq`, the end of a page. Other numbers up to there have no message. Messages before
   * the first page were posted late: the user has acknowledged them.
   */
  skipTo(seq: number): StreamMessage[] {
    const isFirst = this.#position === undefined;
    const passed = isFirst
      ? []
      : [...this.#held.values()].filter((held) => held.seq <= seq).sort((a, b) => a.seq - b.seq);
    this.#advance(seq);
    return passed;
  }

  #advance(seq: number): void {
    this.#position = Math.max(this.#position ?? 0, seq);
    for (const held of this.#held.keys()) if (held <= this.#position) this.#held.delete(held);
  }
}
