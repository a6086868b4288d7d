/** A timer on the room's clock. It does not keep the process alive. */
export interface Timer {
  /** Starts the whole wait again. */
  refresh(): void;
  cancel(): void;
}

/**
 * The room's clock, for all its parts: the limits of connections, schedules, retries of events, the expiry of items,
 * objects and URLs, and the dates and promise-based timers of functions. A test has two ways to save itself a wait:
 *
 * - {@link forward} puts the clock forward by ten minutes, say. This is the better way: the room's time does not depend
 *   on the load of the machine. The clients' own timers are not the room's, and stay as they are.
 * - `speed` makes the clock run faster than the machine's, from `origin` on. A stall of the machine of a second is then
 *   many seconds of the room.
 *
 * Timeouts of Lambda functions and integrations stay in real time. The processor does not get faster, so a scaled timeout
 * would interrupt working code.
 */
export class Clock {
  readonly speed: number;
  /** The time (epoch milliseconds) at which both clocks agree. */
  readonly origin: number;
  /** By how many milliseconds the clock was put forward. Lambda environments share this memory, and wait for its change. */
  readonly forwarded = new BigInt64Array(new SharedArrayBuffer(8));
  readonly #timers = new Set<ClockTimer>();

  constructor(speed = 1, origin = Date.now()) {
    this.speed = speed;
    this.origin = origin;
  }

  /** The room's time, in epoch milliseconds. */
  now(): number {
    return Math.floor(this.origin + (Date.now() - this.origin) * this.speed) + this.#ahead;
  }

  get #ahead(): number {
    return Number(Atomics.load(this.forwarded, 0));
  }

  /**
   * Puts the clock forward. Timers that become due fire before this returns, the earliest first. An interval fires once,
   * even if more than one period has passed: step by its period if each run matters. Functions that wait go on.
   */
  forward(milliseconds: number): void {
    Atomics.add(this.forwarded, 0, BigInt(Math.round(milliseconds)));
    Atomics.notify(this.forwarded, 0);
    const now = this.now();
    for (const timer of [...this.#timers].sort((a, b) => a.dueAt - b.dueAt)) {
      if (!this.#timers.has(timer)) continue;
      if (timer.dueAt <= now) timer.fire();
      else timer.wait();
    }
  }

  /**
   * How much of the room's time may pass while a request is on its way for at most this long (ms). The clock may be fast,
   * or be put forward meanwhile.
   */
  allowance(milliseconds: number): number {
    return milliseconds * Math.max(1, this.speed) + this.#ahead;
  }

  /** Calls back after this many milliseconds of the room's clock. */
  setTimeout(callback: () => void, milliseconds: number): Timer {
    return new ClockTimer(this, this.#timers, callback, milliseconds, false);
  }

  /** Waits this many milliseconds of the room's clock, or until the signal aborts. */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        timer.cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = this.setTimeout(end, milliseconds);
      signal.addEventListener('abort', end);
    });
  }

  /** Calls back every so many milliseconds of the room's clock. */
  setInterval(callback: () => void, milliseconds: number): Timer {
    return new ClockTimer(this, this.#timers, callback, milliseconds, true);
  }
}

class ClockTimer implements Timer {
  dueAt = 0;
  readonly #clock: Clock;
  readonly #pending: Set<ClockTimer>;
  readonly #callback: () => void;
  readonly #milliseconds: number;
  readonly #repeats: boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, pending: Set<ClockTimer>, callback: () => void, milliseconds: number, repeats: boolean) {
    this.#clock = clock;
    this.#pending = pending;
    this.#callback = callback;
    this.#milliseconds = milliseconds;
    this.#repeats = repeats;
    this.refresh();
  }

  refresh(): void {
    this.dueAt = this.#clock.now() + this.#milliseconds;
    this.#pending.add(this);
    this.wait();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#pending.delete(this);
  }

  /** Waits for the rest of the time. */
  wait(): void {
    clearTimeout(this.#timer);
    const rest = (this.dueAt - this.#clock.now()) / this.#clock.speed;
    this.#timer = setTimeout(() => this.fire(), rest).unref();
  }

  fire(): void {
    if (this.#repeats) this.refresh();
    else this.cancel();
    this.#callback();
  }
}
