import type { Arguments, EventOf, Result, StreamMessage } from '../../protocol/index.ts';
import { Acknowledger } from './acknowledger.ts';
import { type Deferred, deferred } from './deferred.ts';
import { ConnectionEndedError } from './errors.ts';
import { RecentMessages } from './recent-messages.ts';
import { type Positions, type StreamName, StreamOrder, streamNames } from './stream-order.ts';
import type { Timing } from './timing.ts';

/** A message to be shown; `hidden` ones are not. */
export type ShownMessage = Exclude<StreamMessage, EventOf<'hidden'>>;

/** Who waits for a number of a stream to have been shown. */
interface Waiting {
  readonly stream: StreamName;
  readonly seq: number;
  readonly done: Deferred<void>;
}

export interface FeedOptions {
  readonly timing: Timing;
  sync(args: Arguments<'sync'>): Promise<Result<'sync'>>;
  acknowledge(shown: Positions): void;
  /** Runs a task after everything that was to be shown before it. */
  enqueue(task: () => void | Promise<void>): void;
  /** @param missed Whether the message came while one was not there. */
  show(message: ShownMessage, missed: boolean): void | Promise<void>;
}

/**
 * A session's two streams: gives every message in order, once, and acknowledges what was shown. `sync` fills what
 * is missing, after a login, after a reconnection, and when a message did not come (protocol: Streams).
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
  #gapTimer: NodeJS.Timeout | undefined;
  #fruitless = 0;
  #stopped = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#acks = new Acknowledger((shown) => options.acknowledge(shown), options.timing.acknowledge);
  }

  /** Gets what was missed; to be called at the beginning, and whenever the connection has been another's. */
  catchUp(): void {
    if (this.#stopped) return;
    if (!this.#catchingUp) this.#caughtUp = deferred();
    this.#catchingUp = true;
    this.#acks.repeat();
    void this.#sync();
  }

  /**
   * Forgets where the streams were: a session that was logged in anew may be in a room that has been restored meanwhile, where the
   * numbers already shown are those of other messages. The room says where to begin; what it gives twice is not shown twice.
   */
  startOver(): void {
    for (const stream of streamNames) this.#begin(stream);
  }

  /** Resolves when everything missed has been shown. */
  caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Takes a message that was posted. */
  take(message: StreamMessage): void {
    const order = this.#orders[message.stream];
    order.hold(message);
    // While a page is under way its messages may come before this one.
    if (this.#syncing) return;
    this.#enqueueAll(order.takeReady(), false);
    this.#watchGap();
  }

  /** Resolves when the stream has been shown up to this number, which the room told exists. */
  shown(stream: StreamName, seq: number): Promise<void> {
    if (this.#stopped) return Promise.reject(new ConnectionEndedError());
    if ((this.#acks.shown[stream] ?? 0) >= seq) return Promise.resolve();
    const done = deferred<void>();
    this.#waiting.push({ stream, seq, done });
    this.#watchGap();
    return done.promise;
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
        await this.#readToEnd();
      } while (this.#syncAgain);
      complete = true;
    } catch {
      // Whatever went wrong, the messages are still there: asked for again, until the connection ends.
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

  async #readToEnd(): Promise<void> {
    for (let more = true; more; ) {
      const before = this.#positions();
      const orders = { ...this.#orders };
      const page = await this.#options.sync(before);
      if (this.#stopped) return;
      // Asked for before it was started over.
      if (streamNames.some((stream) => orders[stream] !== this.#orders[stream])) continue;
      this.#takePage(page);
      const rewound = streamNames.filter((stream) => page.upTo[stream] < (before[stream] ?? 0));
      for (const stream of rewound) this.#begin(stream, page.upTo[stream]);
      const after = this.#positions();
      more = rewound.length > 0 || (page.more && streamNames.some((stream) => after[stream] !== before[stream]));
    }
  }

  /** Begins a stream anew; who waits for a number of it waits for nothing. */
  #begin(stream: StreamName, position?: number): void {
    this.#orders[stream] = new StreamOrder(position);
    this.#acks.reset(stream, position);
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

  /** Posts may overtake each other, so what is missing is given a moment before it is asked for. */
  #watchGap(): void {
    if (this.#syncing || this.#stopped || this.#gapTimer) return;
    if (!this.#isMissingSomething()) {
      this.#fruitless = 0;
      return;
    }
    const { gap, gapMost } = this.#options.timing;
    this.#gapTimer = setTimeout(
      () => {
        this.#gapTimer = undefined;
        if (this.#isMissingSomething()) void this.#sync();
      },
      Math.min(gapMost, gap * 2 ** this.#fruitless),
    );
  }

  #isMissingSomething(): boolean {
    return (
      this.#catchingUp ||
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
