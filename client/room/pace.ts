import { RefusalError } from './errors.ts';
import type { Timer } from './timers.ts';

/** Requests on their way at a time. The room closes a connection that it has refused many times. */
const mostOnTheWay = 32;

interface Turn {
  /** The order in which the requests were made. */
  readonly number: number;
  take(): void;
}

export interface PaceOptions {
  /** Milliseconds that a request waits in all before its refusal is reported. */
  readonly longest: number;
  /** The room has refused a request as too fast. It is sent again after this many seconds. */
  waiting(seconds: number): void;
}

/**
 * Sends requests as fast as the room takes them. A request that the room refuses as too fast waits as long as the room
 * says, and is sent again. Meanwhile later requests wait, too, and then follow one at a time, until none is left.
 */
export class Pace {
  readonly #options: PaceOptions;
  readonly #turns: Turn[] = [];
  #made = 0;
  #onTheWay = 0;
  #isTooFast = false;
  #timer: Timer | undefined;
  #hasStopped = false;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, again and again while the room refuses it as too fast.
   * @throws what `send` throws otherwise, and a refusal that asks for too long a wait.
   */
  async send<T>(send: () => Promise<T>): Promise<T> {
    this.#made += 1;
    const number = this.#made;
    for (let waited = 0; ; ) {
      await this.#turn(number);
      try {
        return await send();
      } catch (error) {
        const wait = waitOf(error);
        waited += wait ?? 0;
        if (wait === undefined || this.#hasStopped || waited > this.#options.longest) throw error;
        this.#holdAll(wait);
      } finally {
        this.#onTheWay -= 1;
        this.#isTooFast &&= this.#turns.length > 0 || this.#timer !== undefined;
        this.#next();
      }
    }
  }

  /** Waits no longer: every request is sent at once, and fails because the connection has ended. */
  stop(): void {
    this.#hasStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#next();
  }

  #turn(number: number): Promise<void> {
    return new Promise((resolve) => {
      this.#turns.push({ number, take: resolve });
      this.#turns.sort((one, other) => one.number - other.number);
      this.#next();
    });
  }

  #holdAll(wait: number): void {
    this.#isTooFast = true;
    if (this.#timer) return;
    this.#options.waiting(wait / 1000);
    const resume = () => {
      this.#timer = undefined;
      this.#next();
    };
    // A timer drops fractions of a millisecond, and may be one early.
    this.#timer = setTimeout(resume, Math.ceil(wait) + 1);
  }

  #next(): void {
    while (this.#turns.length > 0 && !this.#timer && (this.#hasStopped || this.#onTheWay < this.#most)) {
      this.#onTheWay += 1;
      this.#turns.shift()?.take();
    }
  }

  get #most(): number {
    return this.#isTooFast ? 1 : mostOnTheWay;
  }
}

/** Milliseconds that the room asks to wait, if it refused a request as too fast. */
function waitOf(error: unknown): number | undefined {
  if (!(error instanceof RefusalError) || error.code !== 'rate-limited') return undefined;
  const { retryAfter } = error.details;
  return retryAfter === undefined ? undefined : retryAfter * 1000;
}
