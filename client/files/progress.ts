/** The progress of a transfer, in bytes. */
export interface Progress {
  /** `checking`: reading the local file for its checksum. */
  readonly phase: 'checking' | 'sending' | 'receiving';
  readonly done: number;
  readonly total: number;
}

/** The window (ms) for the average rate: long enough to be steady, short enough to be current. */
const window = 5_000;

/** Measures the rate of a transfer and estimates the time left. */
export class Speedometer {
  readonly #samples: { readonly at: number; readonly done: number }[] = [];

  /** @param at Milliseconds of a monotonic clock. */
  note(done: number, at = performance.now()): void {
    // A retry or the next phase starts over.
    if (done < (this.#samples.at(-1)?.done ?? 0)) this.#samples.length = 0;
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= window) this.#samples.shift();
  }

  /** Bytes per second; undefined while unknown. */
  get rate(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 250) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  /** Seconds until the total is reached at the current rate; undefined while unknown. */
  timeLeft(total: number): number | undefined {
    const { rate } = this;
    const done = this.#samples.at(-1)?.done ?? 0;
    return rate === undefined || rate === 0 ? undefined : (total - done) / rate;
  }
}
