import type { Positions, StreamName } from './stream-order.ts';
import type { Timer } from './timers.ts';

/** This many messages are acknowledged at once, without a delay. */
const batch = 50;

/** Acknowledges shown messages in batches. */
export class Acknowledger {
  readonly #send: (shown: Positions) => void;
  readonly #delay: number;
  readonly #shown: Positions = {};
  #unsent = 0;
  #acknowledged = false;
  #timer: Timer | undefined;

  /** @param delay Milliseconds from showing a message to its acknowledgement. */
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

  /** Passes numbers without a message. They are acknowledged with the next message. */
  pass(stream: StreamName, seq: number): void {
    this.#shown[stream] = Math.max(this.#shown[stream] ?? 0, seq);
  }

  /** Continues after the last messages that an earlier connection has shown. Its last acknowledgement may have been lost. */
  continueFrom(shown: Readonly<Positions>): void {
    Object.assign(this.#shown, shown);
    this.#acknowledged = true;
  }

  /** Starts a stream over: its messages may have other numbers now. */
  reset(stream: StreamName): void {
    delete this.#shown[stream];
  }

  /** Acknowledges at once. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsent === 0 || Object.keys(this.#shown).length === 0) return;
    this.#unsent = 0;
    this.#acknowledged = true;
    this.#send({ ...this.#shown });
  }

  /** Sends the last acknowledgement again. It has no reply, so it may have been lost with the connection. */
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
