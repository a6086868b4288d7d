/** How far a transfer is; in bytes. */
export interface Progress {
  /** Reading the file here to know its checksum, sending, or receiving. */
  readonly phase: 'checking' | 'sending' | 'receiving';
  readonly done: number;
  readonly total: number;
}

/** Milliseconds over which the rate is the mean: long enough to be steady, short enough to be true. */
const window = 5_000;

/** How fast something goes, and how long it still takes. */
export class Speedometer {
  readonly #samples: { readonly at: number; readonly done: number }[] = [];

  /** @param at Milliseconds on any clock that does not jump. */
  note(done: number, at = performance.now()): void {
    // What begins anew (a retry, the next phase) has a rate of its own.
    if (done < (this.#samples.at(-1)?.done ?? 0)) this.#samples.length = 0;
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) >= window) this.#samples.shift();
  }

  /** Bytes a second; undefined while that cannot be said. */
  get rate(): number | undefined {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 250) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }

  /** Seconds until a total is reached at the present rate; undefined while that cannot be said. */
  timeLeft(total: number): number | undefined {
    const { rate } = this;
    const done = this.#samples.at(-1)?.done ?? 0;
    return rate === undefined || rate === 0 ? undefined : (total - done) / rate;
  }
}
