import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from '../../assembly/tables.ts';
import { SeededRandom } from '../../random.ts';
import { type Access, AccessReader } from './accesses.ts';
import { type Capacities, indexPartition, noUnits, partitionOf, settle, type Units } from './consumption.ts';
import { type AwsError, errorFor, isTransaction, type Verdict } from './errors.ts';
import { ItemLocks } from './item-locks.ts';
import { type LatencyRange, sampleLatency } from './latency.ts';
import { PartitionCapacity } from './partition-capacity.ts';

/** The parameters of the model. */
export interface ContentionSettings {
  /** Units per partition key and second: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Latency of a get, put, update, delete, query, scan or batch. */
  readonly latency: LatencyRange;
  /** Latency of a read or write transaction. */
  readonly transactionLatency: LatencyRange;
  /** Whether overlapping transactions and writes conflict. */
  readonly conflicts: boolean;
}

const awsContention: ContentionSettings = {
  writeUnits: 1000,
  readUnits: 3000,
  latency: { p5: 3, p95: 6 },
  transactionLatency: { p5: 10, p95: 20 },
  conflicts: true,
};

/** The outcome of a call: refused, or carried out. */
export interface Outcome {
  /** The answer to a call that was not carried out. */
  readonly error: AwsError | undefined;
  readonly units: Units;
}

export interface ContentionOptions {
  readonly seed?: number;
  readonly now?: () => number;
}

interface Model extends Capacities {
  readonly settings: ContentionSettings;
}

/**
 * Models DynamoDB under load, which an emulator does not: latency, the capacity of partitions, and conflicts with
 * transactions. It is off by default. All times are real time: a faster room clock does not make a partition faster.
 *
 * Each index is one partition, whatever its partition key. That is stricter than AWS for an index with many partition keys.
 */
export class Contention {
  /** The number of refused items so far. */
  readonly counts = { throttled: 0, conflict: 0 };
  readonly #reader: AccessReader;
  readonly #random: SeededRandom;
  readonly #now: () => number;
  #locks = new ItemLocks();
  #model: Model | undefined;

  /** @param options The same seed repeats the sequence of latencies. `now` is a clock in milliseconds, for tests. */
  constructor(tables: readonly Table[], { seed = 1, now = () => performance.now() }: ContentionOptions = {}) {
    this.#reader = new AccessReader(tables);
    this.#random = new SeededRandom(seed);
    this.#now = now;
  }

  get on(): boolean {
    return this.#model !== undefined;
  }

  /** Switches the model on, with full capacity in all partitions. Missing options are as on AWS. */
  switchOn(settings: Partial<ContentionSettings> = {}): void {
    const all = { ...awsContention, ...settings };
    const { readUnits, writeUnits } = all;
    this.#locks = new ItemLocks();
    this.#model = {
      settings: all,
      read: new PartitionCapacity(readUnits, this.#now),
      write: new PartitionCapacity(writeUnits, this.#now),
    };
  }

  switchOff(): void {
    this.#model = undefined;
  }

  /**
   * Delays a call by DynamoDB's latency. Carries it out in the middle of that time, unless DynamoDB would refuse it. Until
   * the end of that time, transactions on the call's items conflict with it.
   * @param carryOut makes the call and returns DynamoDB's answer with the consumed capacity. Its argument tells, for each
   *   item of a batch, whether to carry it out; the other items are returned as unprocessed.
   */
  async run(
    operation: string,
    input: unknown,
    carryOut: (admitted: readonly boolean[]) => Promise<unknown>,
  ): Promise<Outcome> {
    const model = this.#model;
    if (model === undefined) {
      await carryOut([]);
      return { error: undefined, units: noUnits };
    }
    const arrived = this.#now();
    const { latency, transactionLatency } = model.settings;
    const duration = sampleLatency(isTransaction(operation) ? transactionLatency : latency, this.#random);
    const accesses = this.#reader.accessesOf(operation, input);
    const judged = accesses.map((access) => ({ access, verdict: this.#judge(access, model) }));
    const error = errorFor(operation, judged);
    const admitted = judged.filter(({ verdict }) => verdict === 'admitted').map(({ access }) => access);
    const releases = error === undefined ? admitted.flatMap((access) => this.#hold(access)) : [];
    // A call that a conflict cancels has consumed its units.
    const consuming = judged.filter(({ verdict }) => verdict !== 'throttled').map(({ access }) => access);
    try {
      await this.#until(arrived + duration / 2);
      const output =
        error === undefined ? await carryOut(judged.map(({ verdict }) => verdict === 'admitted')) : undefined;
      const units = settle(consuming, output, model);
      await this.#until(arrived + duration);
      return { error, units };
    } finally {
      for (const release of releases) release();
    }
  }

  /** Reserves the units of an access, unless its partition has none left. */
  #judge(access: Access, model: Model): Verdict {
    const { index, indexes, item, kind, table, units, use } = access;
    const own = partitionOf(access);
    const partitions = [...(own === undefined ? [] : [own]), ...indexes.map((name) => indexPartition(table, name))];
    const bucket = model[kind];
    let verdict: Verdict = 'admitted';
    if (partitions.some((partition) => !bucket.has(partition, units))) verdict = 'throttled';
    else if (model.settings.conflicts && index === undefined && item !== undefined && use !== undefined) {
      if (this.#locks.conflicts(table + item, use)) verdict = 'conflict';
    }
    if (verdict !== 'admitted') this.counts[verdict] += 1;
    if (verdict !== 'throttled') for (const partition of partitions) bucket.take(partition, units);
    return verdict;
  }

  #hold({ item, table, use }: Access): (() => void)[] {
    return item === undefined || use === undefined ? [] : [this.#locks.hold(table + item, use)];
  }

  async #until(time: number): Promise<void> {
    const left = time - this.#now();
    if (left > 0) await sleep(left);
  }
}
