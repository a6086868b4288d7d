import { createHash } from 'node:crypto';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { SeededRandom } from '../../local/random.ts';
import { type Planned, Queue } from './queue.ts';

/**
 * The virtual clock, and the order of everything that happens. One step runs at a time, and all promises that it
 * settles run before the next step. So the seed alone decides what happens.
 */
export class Scheduler {
  readonly random: SeededRandom;
  readonly #queue = new Queue();
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
    return this.#queue.add(this.#time + Math.max(0, milliseconds), run);
  }

  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Runs the steps until this time, or until `isOver` says so. */
  async runUntil(time: number, isOver: () => boolean = () => false): Promise<void> {
    for (let next = this.#queue.first; next && next.time <= time && !isOver(); next = this.#queue.first) {
      this.#queue.removeFirst();
      if (next.cancelled) continue;
      this.#time = next.time;
      this.steps += 1;
      next.run();
      await promisesSettled();
    }
    // Node.js notices unhandled rejections, and the messages of threads, in a turn of its event loop only.
    await turnOfEventLoop();
    if (!isOver()) this.#time = Math.max(this.#time, time);
  }
}

/** Resolves when all promises that have settled have run what waits for them. Far cheaper than a turn of the event loop. */
const promisesSettled = () => new Promise<void>((resolve) => queueMicrotask(() => process.nextTick(resolve)));

/** A condition that holds when a promise has settled. */
export function isSettled(promise: Promise<unknown>): () => boolean {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  promise.then(settle, settle);
  return () => settled;
}
