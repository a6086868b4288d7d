import type { RoomEvent } from '../../protocol/index.ts';
import { type Deferred, deferred } from './deferred.ts';
import { ConnectError, ConnectionEndedError, mayBeDone, RefusalError } from './errors.ts';
import { Link } from './link.ts';
import { upgradeUrl } from './purpose.ts';
import { Retries } from './retries.ts';
import type { Platform } from './socket.ts';
import { sleep, type Timer, unref } from './timers.ts';
import type { Timing } from './timing.ts';

export interface TransportOptions {
  readonly url: string;
  readonly platform: Platform;
  readonly timing: Timing;
  /** Moves the session to a new link, before anything else is sent over it. */
  restore(link: Link): Promise<void>;
  /** Whether an error of `restore` or of connecting rules out another attempt. */
  isFinal(error: unknown): boolean;
  /** Whether there is a session to move to the next link. */
  hasSession(): boolean;
  /** Whether to try without a limit. */
  isPatient(): boolean;
  /** Whether a request has no answer yet, or waits to be sent again. */
  isAsking(): boolean;
  event(event: RoomEvent): void;
  lost(): void;
  /**
   * Another link is usable, after a loss or a handover. After a rest (a time without a link before a login) the user was not
   * told of a loss.
   */
  restored(after: 'loss' | 'handover' | 'rest'): void;
  /** The first connection has failed twice, and is tried again: the room was busy, or the platform hides the reason. */
  busy(): void;
  givenUp(error: unknown): void;
}

/**
 * Keeps one usable link to the room. Reconnects when it is lost, and hands over to a new one before API Gateway ends it.
 * A caller that sends waits until there is a usable link.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #ended = new AbortController();
  #link: Link | undefined;
  /** The link to which the session is moving. */
  #next: Link | undefined;
  #usable: Deferred<Link> = deferred();
  #held = true;
  #handover: Timer | undefined;
  #handingOver = false;
  /** Whether the usable link is to be the last one. */
  #isLast = false;
  /** Before a login: there is no link, and the next request opens one. */
  #resting = false;
  #rest: Timer | undefined;
  /** Resolves when the machine wakes up: then a reconnection is tried at once. */
  #awake: Deferred<void> = deferred();
  readonly #watches: readonly (() => void)[];

  constructor(options: TransportOptions) {
    this.#options = options;
    const { platform, timing } = options;
    this.#watches = [
      platform.onWake(() => this.#wakeUp(), timing),
      // Drop the link, so that the user sees at once that the machine is offline. If the link still worked, for example to a
      // room on this machine, the reconnection succeeds at once.
      platform.onOffline?.(() => options.hasSession() && this.#link?.drop()) ?? (() => {}),
    ];
  }

  /**
   * Opens the first link. Goes on trying for some minutes if too many clients connect, or if the platform hides the
   * reason.
   * @throws {ConnectError}, or {ConnectionEndedError} after {@link end}
   */
  async open(): Promise<void> {
    const { signal } = this.#ended;
    const { timing, platform, busy } = this.#options;
    const retries = new Retries(timing);
    while (!signal.aborted) {
      try {
        const link = await this.#connect();
        if (!signal.aborted) return this.#use(link);
        link.drop();
      } catch (error) {
        if (signal.aborted) break;
        const mayBeBusy = isBusy(error) || (platform.hidesRefusals && failureOf(error) === 'unreachable');
        // After a first retry, network errors are retried, too: a busy room may fail to answer.
        const passes = mayBeBusy || (retries.count > 0 && isOfNetwork(error));
        if (!passes || retries.isEnough(mayBeBusy ? 'busy' : 'failed')) throw error;
        if (retries.count === 2) busy();
        await sleep(retries.wait, signal).catch(() => {});
      }
    }
    throw new ConnectionEndedError();
  }

  /**
   * The link to send over.
   * @throws {ConnectionEndedError}
   */
  link(): Promise<Link> {
    if (this.#resting) {
      this.#resting = false;
      void this.#reconnect('rest');
    }
    return this.#usable.promise;
  }

  /** The usable link, if there is one. */
  get current(): Link | undefined {
    return this.#link;
  }

  /** The link for the last requests, if there is one. A handover that moves the session ends first, and no other one begins. */
  async lastLink(): Promise<Link | undefined> {
    this.#isLast = true;
    clearTimeout(this.#handover);
    if (this.#handingOver) await this.#usable.promise;
    return this.#link;
  }

  /** Replaces a link over which the room does not know the session any more. */
  renew(link: Link): void {
    if (link !== this.#link || this.#handingOver) return;
    link.drop();
    this.#lose();
  }

  /** Ends the transport. The caller gets the open link for its last requests. */
  end(): Link | undefined {
    this.#ended.abort();
    for (const stop of this.#watches) stop();
    clearTimeout(this.#handover);
    clearTimeout(this.#rest);
    this.#hold();
    this.#usable.reject(new ConnectionEndedError());
    // Otherwise it might log in again.
    this.#next?.drop();
    const link = this.#link;
    this.#link = undefined;
    return link;
  }

  async #connect(): Promise<Link> {
    const { url, platform, timing } = this.#options;
    const socket = await platform.openSocket(upgradeUrl(url), timing.connect);
    return new Link(socket, timing, {
      event: (link, event) => this.#event(link, event),
      closed: (link, code) => this.#closed(link, code),
    });
  }

  #use(link: Link): void {
    this.#link = link;
    this.#release(link);
    const { handover, handoverJitter } = this.#options.timing;
    this.#planHandover(handover + (2 * Math.random() - 1) * handoverJitter);
    if (!this.#options.hasSession()) this.#planRest(link);
  }

  /**
   * Closes a link that stays without a login. The room admits only a few of them at a time from an address, so an idle
   * user would keep others out. The room would close it after a minute.
   */
  #planRest(link: Link): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (link !== this.#link || this.#options.hasSession()) return;
      // A throttled login waits: another connection for each attempt would use up those of the address.
      if (link.isBusy || this.#options.isAsking()) return this.#planRest(link);
      this.#beginRest();
      link.close();
    }, this.#options.timing.guest);
  }

  #beginRest(): void {
    clearTimeout(this.#handover);
    clearTimeout(this.#rest);
    this.#hold();
    this.#link = undefined;
    this.#resting = !this.#ended.signal.aborted;
  }

  /** Makes callers that send wait. */
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
    // Expected on the old link of a handover.
    if (this.#handingOver || link !== this.#link) link.drop();
    else this.#options.event(event);
  }

  /** The room closes a connection without a login after a minute, with code 1000. */
  #closed(link: Link, code: number): void {
    if (link !== this.#link || this.#handingOver) return;
    if (code === 1000 && !this.#options.hasSession()) this.#beginRest();
    else this.#lose();
  }

  #lose(): void {
    clearTimeout(this.#handover);
    this.#hold();
    this.#link = undefined;
    if (this.#ended.signal.aborted) return;
    this.#options.lost();
    void this.#reconnect('loss');
  }

  async #reconnect(after: 'loss' | 'rest'): Promise<void> {
    const { signal } = this.#ended;
    const { timing, isFinal, isPatient, givenUp } = this.#options;
    const retries = new Retries(timing);
    let state = after;
    for (;;) {
      let link: Link | undefined;
      try {
        if (state !== 'rest') await Promise.race([sleep(retries.wait, signal), this.#awake.promise]);
        signal.throwIfAborted();
        link = await this.#connect();
        signal.throwIfAborted();
        await this.#restore(link);
        signal.throwIfAborted();
        this.#use(link);
        this.#options.restored(state);
        return;
      } catch (error) {
        link?.drop();
        if (signal.aborted) return;
        const isEnough = retries.isEnough(isBusy(error) ? 'busy' : 'failed') && !isPatient();
        if (isEnough || isFinal(error)) return givenUp(error);
        if (state === 'rest') this.#options.lost();
        state = 'loss';
      }
    }
  }

  async #restore(link: Link): Promise<void> {
    this.#next = link;
    try {
      await this.#options.restore(link);
    } finally {
      this.#next = undefined;
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

  /** Moves the session to a new connection: API Gateway ends each after two hours. */
  async #handOver(): Promise<void> {
    const old = this.#link;
    const next = await this.#connect().catch(() => undefined);
    if (!old || old !== this.#link) return next?.drop();
    if (!next) return this.#planHandover(this.#options.timing.handoverRetry);

    // Requests on the old link get their replies first.
    this.#hold();
    await old.idle();
    if (old !== this.#link) return next.drop();
    if (this.#isLast) {
      this.#release(old);
      return next.drop();
    }
    if (!next.isOpen) {
      this.#release(old);
      return this.#planHandover(this.#options.timing.handoverRetry);
    }
    this.#handingOver = true;
    try {
      await this.#restore(next);
    } catch (error) {
      this.#handingOver = false;
      next.drop();
      if (this.#ended.signal.aborted) return;
      // The session may have moved, or the room has ended it.
      if (mayBeDone(error) || hasEnded(error) || !old.isOpen) {
        old.drop();
        return this.#lose();
      }
      this.#release(old);
      return this.#planHandover(this.#options.timing.handoverRetry);
    }
    this.#handingOver = false;
    if (this.#ended.signal.aborted) return next.drop();
    unref(setTimeout(() => old.drop(), this.#options.timing.overlap));
    this.#use(next);
    this.#options.restored('handover');
  }
}

const failureOf = (error: unknown) => (error instanceof ConnectError ? error.failure : undefined);

const ofNetwork: ReadonlySet<string | undefined> = new Set(['timeout', 'unreachable', 'unexpected-status']);

const isOfNetwork = (error: unknown) => ofNetwork.has(failureOf(error));

/** Refusals of a resume that may come after it has moved the session. The room has ended the session, or is ending it. */
const afterEnd: ReadonlySet<string> = new Set(['kicked', 'banned', 'room-stopped']);

const hasEnded = (error: unknown) => error instanceof RefusalError && afterEnd.has(error.code);

const isBusy = (error: unknown) => failureOf(error) === 'busy';
