/** The times that requests took, by what was asked. */
export class Latencies {
  readonly #times = new Map<string, number[]>();

  /** Runs an action, and notes how long it took if it succeeded. */
  async measure<R>(name: string, action: () => Promise<R>): Promise<R> {
    const start = performance.now();
    const result = await action();
    this.add(name, performance.now() - start);
    return result;
  }

  /** @param time in milliseconds. */
  add(name: string, time: number): void {
    const times = this.#times.get(name) ?? [];
    times.push(time);
    this.#times.set(name, times);
  }

  count(name: string): number {
    return this.#times.get(name)?.length ?? 0;
  }

  /** A table in Markdown. The first request of a function is a cold start, so the highest value has its own column. */
  get table(): string[] {
    const rows = [...this.#times].sort(([one], [other]) => (one < other ? -1 : 1));
    return [
      '| request | times | p50 (ms) | p99 (ms) | highest (ms) |',
      '|---|--:|--:|--:|--:|',
      ...rows.map(([name, times]) => {
        const sorted = times.toSorted((one, other) => one - other);
        const figures = [0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(1));
        return `| ${[name, times.length, ...figures].join(' | ')} |`;
      }),
    ];
  }
}

/** The nearest-rank percentile of a sorted list. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
