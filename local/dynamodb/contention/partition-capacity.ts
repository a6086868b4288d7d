/** A token bucket per partition key. It holds the units of one second, and refills continuously. */
export class PartitionCapacity {
  readonly #unitsPerSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { units: number; at: number }>();

  /** @param now the real time in milliseconds: a faster room clock does not add capacity. */
  constructor(unitsPerSecond: number, now: () => number) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#now = now;
  }

  /** Whether the partition has this many units left. A request for more than the bucket holds passes when it is full. */
  has(partition: string, units: number): boolean {
    return this.#refilled(partition).units >= Math.min(units, this.#unitsPerSecond);
  }

  /** Takes units. The bucket may go negative, because the size of an item is known only after the call. */
  take(partition: string, units: number): void {
    this.#refilled(partition).units -= units;
  }

  #refilled(partition: string): { units: number } {
    const now = this.#now();
    let bucket = this.#buckets.get(partition);
    if (bucket === undefined) {
      bucket = { units: this.#unitsPerSecond, at: now };
      this.#buckets.set(partition, bucket);
    }
    const gained = ((now - bucket.at) / 1000) * this.#unitsPerSecond;
    bucket.units = Math.min(this.#unitsPerSecond, bucket.units + gained);
    bucket.at = now;
    return bucket;
  }
}
