import type { Positions, StreamName } from './stream-order.ts';

/** Messages shown before they are acknowledged at once, without waiting for more. */
const batch = 50;

/** Remembers what has been shown, and tells the room in batches. */
export class Acknowledger {
  readonly #send: (shown: Positions) => void;
  readonly #delay: number;
  readonly #shown: Positions = {};
  #unsent = 0;
  #acknowledged = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param delay Milliseconds between a message's being shown and its acknowledgement. */
  constructor(send: (shown: Positions) => void, delay: number) {
    this.#send = send;
    this.#delay = delay;
  }

  /** The last number shown of each stream. */
  get shown(): Readonly<Positions> {
    return this.#shown;
  }

  advance(stream: StreamName, seq: number): void {
    if (seq <= (this.#shown[stream] ?? 0)) return;
    this.pass(stream, seq);
    this.#unsent += 1;
    if (this.#unsent >= batch) this.flush();
    else this.#schedule();
  }

  /** Notes numbers that held nothing to show: not worth a request, they go with the next one. */
  pass(stream: StreamName, seq: number): void {
    this.#shown[stream] = Math.max(this.#shown[stream] ?? 0, seq);
  }

  /** Begins a stream anew at this number, or at one yet to be known: what was shown of it has other numbers now. */
  reset(stream: StreamName, position: number | undefined): void {
    if (position === undefined) delete this.#shown[stream];
    else this.#shown[stream] = position;
  }

  /** Acknowledges now what has not been. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsent === 0 || Object.keys(this.#shown).length === 0) return;
    this.#unsent = 0;
    this.#acknowledged = true;
    this.#send({ ...this.#shown });
  }

  /** An acknowledgement has no reply, so one may have gone down with a lost connection: it is sent once more. */
  repeat(): void {
    if (!this.#acknowledged) return;
    this.#unsent += 1;
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.flush(), this.#delay);
  }
}
