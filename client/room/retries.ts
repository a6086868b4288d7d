import { backoff, backoffWhileBusy, type Timing } from './timing.ts';

/** Attempts in a row that fail for another reason than `busy`: about ten minutes with full jitter and the default backoff. */
const mostFailed = 40;

/** Why an attempt to connect failed: too many clients connect, which passes, or anything else. */
type Failure = 'busy' | 'failed';

/** Counts failed attempts to connect in a row, and says how long to wait before the next, and when to stop. */
export class Retries {
  readonly #timing: Timing;
  #failed = 0;
  #busy = 0;
  #busySince = 0;
  #last: Failure = 'failed';

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  get count(): number {
    return this.#failed + this.#busy;
  }

  /** Milliseconds to wait before the next attempt. */
  get wait(): number {
    if (this.#last === 'busy') return backoffWhileBusy(this.#busy - 1, this.#timing);
    return backoff(this.count, this.#timing);
  }

  /** Counts a failed attempt. @returns whether to stop trying. */
  isEnough(failure: Failure): boolean {
    this.#last = failure;
    if (failure === 'failed') {
      this.#failed += 1;
      return this.#failed >= mostFailed;
    }
    if (this.#busy === 0) this.#busySince = performance.now();
    this.#busy += 1;
    return performance.now() - this.#busySince >= this.#timing.busy;
  }
}
