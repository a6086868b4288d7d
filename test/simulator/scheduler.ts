import { createHash } from 'node:crypto';
import { setImmediate as macrotask } from 'node:timers/promises';
import { SeededRandom } from '../../local/random.ts';

/** A step that has been planned. */
export interface Planned {
  readonly time: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * The virtual clock, and the order of everything that happens. One step runs at a time, and all promises that it
 * settles run before the next step. So the seed alone decides what happens.
 */
export class Scheduler {
  readonly random: SeededRandom;
  /** The next step is last. Of steps at the same time, the one that was planned first runs first. */
  readonly #queue: Planned[] = [];
  readonly #hash = createHash('sha256');
  /** The lines of the trace, if they are kept. */
  readonly trace: string[] | undefined;
  #time: number;
  steps = 0;

  constructor(seed: number, startsAt: number, keepsTrace: boolean) {
    this.random = new SeededRandom(seed);
    this.#time = startsAt;
    this.trace = keepsTrace ? [] : undefined;
  }

  /** The virtual time in epoch milliseconds, with fractions. */
  get now(): number {
    return this.#time;
  }

  /** Identifies the course of events. */
  get hash(): string {
    return this.#hash.copy().digest('hex').slice(0, 16);
  }

  /** Adds a line to the trace. */
  note(line: string): void {
    this.#hash.update(`${this.#time.toFixed(3)} ${line}\n`);
    this.trace?.push(`${new Date(this.#time).toISOString().slice(11, 23)}  ${line}`);
  }

  after(milliseconds: number, run: () => void): Planned {
    const time = this.#time + Math.max(0, milliseconds);
    const planned = { time, run, cancelled: false };
    this.#queue.splice(this.#queue.findLastIndex((other) => other.time > time) + 1, 0, planned);
    return planned;
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Runs the steps until this time, or until `isOver` says so. */
  async runUntil(time: number, isOver: () => boolean = () => false): Promise<void> {
    for (let next = this.#queue.at(-1); next && next.time <= time && !isOver(); next = this.#queue.at(-1)) {
      this.#queue.pop();
      if (next.cancelled) continue;
      this.#time = next.time;
      this.steps += 1;
      next.run();
      await macrotask();
    }
    if (!isOver()) this.#time = Math.max(this.#time, time);
  }
}

/** A condition that holds when a promise has settled. */
export function isSettled(promise: Promise<unknown>): () => boolean {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  return () => settled;
}
