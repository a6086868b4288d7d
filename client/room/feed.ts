import type { Arguments, Result, StreamMessage } from '../../protocol/index.ts';
import { Acknowledger } from './acknowledger.ts';
import { type Deferred, deferred } from './deferred.ts';
import { ConnectionEndedError } from './errors.ts';
import { RecentMessages } from './recent-messages.ts';
import { type Positions, type ShownMessage, type StreamName, StreamOrder, streamNames } from './stream-order.ts';
import type { Timer } from './timers.ts';
import type { Timing } from './timing.ts';

/** A caller that waits until a number of a stream has been shown. */
interface Waiting {
  readonly stream: StreamName;
  readonly seq: number;
  readonly done: Deferred<void>;
}

export interface FeedOptions {
  readonly timing: Timing;
  sync(args: Arguments<'sync'>): Promise<Result<'sync'>>;
  acknowledge(shown: Positions): void;
  /** Runs a task after all messages before it have been shown. */
  enqueue(task: () => void | Promise<void>): void;
  /** @param missed Whether the message came while the user was away. */
  show(message: ShownMessage, missed: boolean): void | Promise<void>;
}

/**
 * The two streams of a session. Shows every message once and in order, and acknowledges it. Sends `sync` after a login,
 * after a reconnection, and when a message is missing.
 */
export class Feed {
  readonly #options: FeedOptions;
  readonly #orders = { inbox: new StreamOrder(), room: new StreamOrder() };
  readonly #shownLately = new RecentMessages();
  readonly #acks: Acknowledger;
  #waiting: Waiting[] = [];
  #caughtUp = deferred<void>();
  #catchingUp = true;
  #syncing = false;
  #syncAgain = false;
  /** Whether the last page ended before a message that is still being committed. */
  #isBehind = false;
  #gapTimer: Timer | undefined;
  #fruitless = 0;
  #stopped = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#acks = new Acknowledger((shown) => options.acknowledge(shown), options.timing.acknowledge);
  }

  /** Reads missed messages. Call it after the login and after each reconnection. */
  catchUp(): void {
    if (this.#stopped) return;
    if (!this.#catchingUp) this.#caughtUp = deferred();
    this.#catchingUp = true;
    this.#acks.repeat();
    void this.#sync();
  }

  /** Continues after the last messages that an earlier connection has shown. Call it before any other method. */
  continueFrom(shown: Readonly<Positions>): void {
    for (const stream of streamNames) this.#orders[stream] = new StreamOrder(shown[stream]);
    this.#acks.continueFrom(shown);
  }

  /**
   * Forgets the positions after a new login. A restored room may use the same numbers for other messages. The room
   * returns the start positions. Messages that it sends again are not shown again.
   */
  startOver(): void {
    for (const stream of streamNames) this.#begin(stream);
  }

  /** Reads the streams from the last shown message on: the room may have posted messages that did not arrive. */
  readOn(): void {
    if (!this.#stopped) void this.#sync();
  }

  /** Resolves when everything missed has been shown. */
  caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Takes a message that was posted. */
  take(message: StreamMessage): void {
    if (this.#stopped) return;
    const order = this.#orders[message.stream];
    order.hold(message);
    // The page that is being read may have earlier messages.
    if (this.#syncing) return;
    this.#enqueueAll(order.takeReady(), false);
    this.#watchGap();
  }

  /** Resolves when all messages up to this number have been shown. The number must come from the room. */
  shown(stream: StreamName, seq: number): Promise<void> {
    if (this.#stopped) return Promise.reject(new ConnectionEndedError());
    if ((this.#acks.shown[stream] ?? 0) >= seq) return Promise.resolve();
    const done = deferred<void>();
    this.#waiting.push({ stream, seq, done });
    this.#watchGap();
    return done.promise;
  }

  /** Acknowledges at once what has been shown. */
  acknowledge(): void {
    this.#acks.flush();
  }

  /** The last number shown of each stream. */
  get shownUpTo(): Readonly<Positions> {
    return this.#acks.shown;
  }

  stop(): void {
    this.#stopped = true;
    this.#acks.stop();
    clearTimeout(this.#gapTimer);
    for (const { done } of this.#waiting) done.reject(new ConnectionEndedError());
    this.#waiting = [];
    this.#caughtUp.reject(new ConnectionEndedError());
  }

  async #sync(): Promise<void> {
    if (this.#syncing) {
      this.#syncAgain = true;
      return;
    }
    this.#syncing = true;
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    let complete = false;
    try {
      do {
        this.#syncAgain = false;
        this.#isBehind = !(await this.#readToEnd());
      } while (this.#syncAgain);
      complete = !this.#isBehind;
    } catch {
      // Try again until the connection ends.
    }
    this.#syncing = false;
    if (this.#stopped) return;
    for (const stream of streamNames) this.#enqueueAll(this.#orders[stream].takeReady(), false);
    if (complete && this.#catchingUp) {
      this.#catchingUp = false;
      const caughtUp = this.#caughtUp;
      this.#options.enqueue(() => caughtUp.resolve());
    }
    this.#fruitless += 1;
    this.#watchGap();
  }

  /** Reads pages as long as they make progress. @returns whether the last one was the end of the streams. */
  async #readToEnd(): Promise<boolean> {
    for (;;) {
      const before = this.#positions();
      const orders = { ...this.#orders };
      const page = await this.#options.sync(before);
      if (this.#stopped) return true;
      // The streams were started over during the request.
      if (streamNames.some((stream) => orders[stream] !== this.#orders[stream])) continue;
      this.#takePage(page);
      const after = this.#positions();
      const hasMoved = streamNames.some((stream) => after[stream] !== before[stream]);
      if (!(page.more && hasMoved)) return !page.more;
    }
  }

  /** Starts a stream over, and ends every wait for a number of it. */
  #begin(stream: StreamName): void {
    this.#orders[stream] = new StreamOrder();
    this.#acks.reset(stream);
    this.#settle((waiting) => waiting.stream === stream);
  }

  #takePage({ messages, upTo }: Result<'sync'>): void {
    for (const message of messages) {
      this.#enqueueAll(this.#orders[message.stream].takeFromPage(message), this.#catchingUp);
    }
    for (const stream of streamNames) {
      const order = this.#orders[stream];
      this.#enqueueAll(order.skipTo(upTo[stream]), this.#catchingUp);
      const { position } = order;
      if (position === undefined) continue;
      this.#options.enqueue(() => {
        if (order === this.#orders[stream]) this.#hasPassed(stream, position);
      });
    }
  }

  #enqueueAll(messages: StreamMessage[], missed: boolean): void {
    if (messages.length > 0) this.#fruitless = 0;
    for (const message of messages) {
      const { stream, seq } = message;
      const order = this.#orders[stream];
      this.#options.enqueue(async () => {
        // The stream was started over: what is not acknowledged comes again.
        if (order !== this.#orders[stream]) return;
        if (message.event !== 'hidden' && !this.#shownLately.has(message)) {
          await this.#options.show(message, missed);
          this.#shownLately.add(message);
        }
        if (order === this.#orders[stream]) this.#hasShown(stream, seq);
      });
    }
  }

  #hasShown(stream: StreamName, seq: number): void {
    this.#acks.advance(stream, seq);
    this.#hasPassed(stream, seq);
  }

  #hasPassed(stream: StreamName, seq: number): void {
    this.#acks.pass(stream, seq);
    this.#settle((waiting) => waiting.stream === stream && waiting.seq <= seq);
  }

  #settle(isDue: (waiting: Waiting) => boolean): void {
    const due = this.#waiting.filter(isDue);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    for (const { done } of due) done.resolve();
  }

  /**
   * Asks for a missing message after a short delay, because posts can overtake each other. Repeats with increasing
   * delays.
   */
  #watchGap(): void {
    if (this.#syncing || this.#stopped || this.#gapTimer) return;
    if (!this.#isMissingSomething()) {
      this.#fruitless = 0;
      return;
    }
    const { gap, maxGap } = this.#options.timing;
    this.#gapTimer = setTimeout(
      () => {
        this.#gapTimer = undefined;
        if (this.#isMissingSomething()) void this.#sync();
      },
      Math.min(maxGap, gap * 2 ** this.#fruitless),
    );
  }

  #isMissingSomething(): boolean {
    return (
      this.#catchingUp ||
      this.#isBehind ||
      streamNames.some((stream) => this.#orders[stream].hasGap) ||
      this.#waiting.some(({ stream, seq }) => (this.#orders[stream].position ?? 0) < seq)
    );
  }

  #positions(): Positions {
    const positions: Positions = {};
    for (const stream of streamNames) {
      const { position } = this.#orders[stream];
      if (position !== undefined) positions[stream] = position;
    }
    return positions;
  }
}
