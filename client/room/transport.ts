import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomEvent } from '../../protocol/index.ts';
import { onAwakening } from './awakening.ts';
import { type Deferred, deferred } from './deferred.ts';
import { ConnectError, ConnectionEndedError, RefusalError } from './errors.ts';
import { Link } from './link.ts';
import { backoff, type Timing } from './timing.ts';

export interface TransportOptions {
  readonly url: string;
  readonly timing: Timing;
  /** Makes a new link speak for the session, before anything else is sent over it. */
  restore(link: Link): Promise<void>;
  /** Whether an error of `restore` or of connecting cannot be mended by another try. */
  isFinal(error: unknown): boolean;
  /** Whether to try however long it takes. */
  isPatient(): boolean;
  event(event: RoomEvent): void;
  lost(): void;
  /** The session goes on over another link: after a loss, or by a handover that nobody should notice. */
  restored(after: 'loss' | 'handover'): void;
  givenUp(error: unknown): void;
}

/** Reconnections tried in a row; with full jitter and the default backoff about ten minutes. */
const mostAttempts = 40;

/**
 * Keeps one usable link to the room: makes a new one when it is lost, and in time before API Gateway ends it.
 * Who wants to send waits while there is none.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #ended = new AbortController();
  #link: Link | undefined;
  #usable: Deferred<Link> = deferred();
  #held = true;
  #handover: NodeJS.Timeout | undefined;
  #handingOver = false;
  /** Resolves when the machine wakes up, and it is time to try again at once. */
  #awake: Deferred<void> = deferred();
  readonly #stopWatching: () => void;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { watch, asleep } = options.timing;
    this.#stopWatching = onAwakening(() => this.#wakeUp(), watch, asleep);
  }

  /**
   * Makes the first link.
   * @throws {ConnectError}
   */
  async open(): Promise<void> {
    this.#use(await this.#connect());
  }

  /**
   * The link to send over.
   * @throws {ConnectionEndedError}
   */
  link(): Promise<Link> {
    return this.#usable.promise;
  }

  /** The link as it is now, if there is one that works. */
  get current(): Link | undefined {
    return this.#link;
  }

  /** Ends it; the link is left open to the caller, for goodbyes. */
  end(): Link | undefined {
    this.#ended.abort();
    this.#stopWatching();
    clearTimeout(this.#handover);
    this.#hold();
    this.#usable.reject(new ConnectionEndedError());
    const link = this.#link;
    this.#link = undefined;
    return link;
  }

  #connect(): Promise<Link> {
    return Link.open(this.#options.url, this.#options.timing, {
      event: (link, event) => this.#event(link, event),
      closed: (link) => this.#closed(link),
    });
  }

  #use(link: Link): void {
    this.#link = link;
    this.#release(link);
    const { handover, handoverJitter } = this.#options.timing;
    this.#planHandover(handover + (2 * Math.random() - 1) * handoverJitter);
  }

  /** From now on, who wants to send waits. */
  #hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#usable = deferred();
  }

  #release(link: Link): void {
    this.#held = false;
    this.#usable.resolve(link);
  }

  #event(link: Link, event: RoomEvent): void {
    if (event.event !== 'replaced') return this.#options.event(event);
    // The old link of a handover, which has done its part, or does so right now.
    if (this.#handingOver || link !== this.#link) link.drop();
    else this.#options.event(event);
  }

  #closed(link: Link): void {
    if (link === this.#link && !this.#handingOver) this.#lose();
  }

  #lose(): void {
    clearTimeout(this.#handover);
    this.#hold();
    this.#link = undefined;
    if (this.#ended.signal.aborted) return;
    this.#options.lost();
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#ended;
    for (let attempt = 0; ; attempt += 1) {
      let link: Link | undefined;
      try {
        await Promise.race([sleep(backoff(attempt, this.#options.timing), undefined, { signal }), this.#awake.promise]);
        signal.throwIfAborted();
        link = await this.#connect();
        signal.throwIfAborted();
        await this.#options.restore(link);
        signal.throwIfAborted();
        this.#use(link);
        this.#options.restored('loss');
        return;
      } catch (error) {
        link?.drop();
        if (signal.aborted) return;
        const enough = attempt + 1 >= mostAttempts && !this.#options.isPatient();
        if (enough || this.#options.isFinal(error)) return this.#options.givenUp(error);
      }
    }
  }

  #wakeUp(): void {
    this.#link?.probe();
    this.#awake.resolve();
    this.#awake = deferred();
  }

  #planHandover(milliseconds: number): void {
    clearTimeout(this.#handover);
    this.#handover = setTimeout(() => void this.#handOver(), milliseconds);
  }

  /** API Gateway ends every connection at its second hour: the session moves to a new one before that. */
  async #handOver(): Promise<void> {
    const old = this.#link;
    const next = await this.#connect().catch(() => undefined);
    if (!old || old !== this.#link) return next?.drop();
    if (!next) return this.#planHandover(this.#options.timing.handoverRetry);

    // What was sent over the old link is answered before the session leaves it.
    this.#hold();
    await old.idle();
    if (old !== this.#link) return next.drop();
    if (!next.isOpen) {
      this.#release(old);
      return this.#planHandover(this.#options.timing.handoverRetry);
    }
    this.#handingOver = true;
    try {
      await this.#options.restore(next);
    } catch (error) {
      this.#handingOver = false;
      next.drop();
      if (this.#ended.signal.aborted) return;
      // Only a refusal is certain to have left the session where it was.
      if (!(error instanceof RefusalError) || !old.isOpen) {
        old.drop();
        return this.#lose();
      }
      this.#release(old);
      return this.#planHandover(this.#options.timing.handoverRetry);
    }
    this.#handingOver = false;
    if (this.#ended.signal.aborted) return next.drop();
    setTimeout(() => old.drop(), this.#options.timing.overlap).unref();
    this.#use(next);
    this.#options.restored('handover');
  }
}

/** Whether a room that was stopped refused the connection. */
export const isStopped = (error: unknown): boolean =>
  (error instanceof ConnectError && error.failure === 'room-stopped') ||
  (error instanceof RefusalError && error.code === 'room-stopped');
