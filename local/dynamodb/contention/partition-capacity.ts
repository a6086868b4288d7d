/** A token bucket per partition key: it holds one second's units at most, and is refilled continuously. */
export class PartitionCapacity {
  readonly #unitsPerSecond: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { units: number; at: number }>();

  /** @param now real milliseconds; a faster room's clock gives a partition no more capacity. */
  constructor(unitsPerSecond: number, now: () => number) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#now = now;
  }

  /** Whether the partition still has this many units. A larger request passes when the bucket is full. */
  has(partition: string, units: number): boolean {
    return this.#refilled(partition).units >= Math.min(units, this.#unitsPerSecond);
  }

  /** Takes units; they may be more than are left, as the size of an item is known only after the call. */
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
