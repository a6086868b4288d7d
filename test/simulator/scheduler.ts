import { createHash } from 'node:crypto';
import { setImmediate as macrotask } from 'node:timers/promises';
import { SeededRandom } from '../../local/random.ts';

/** A step that has been planned. */
export interface Planned {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * The virtual clock, and the order of everything that happens. One step runs at a time, and all promises that it settles
 * run before the next step. So the seed alone decides what happens.
 */
export class Scheduler {
  readonly random: Random;
  readonly #queue: Planned[] = [];
  readonly #hash = createHash('sha256');
  /** The lines of the trace, if they are kept. */
  readonly trace: string[] | undefined;
  #time: number;
  #planned = 0;
  steps = 0;

  constructor(seed: number, startsAt: number, keepsTrace: boolean) {
    this.random = new Random(seed);
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
    const planned = { time: this.#time + Math.max(0, milliseconds), order: this.#planned, run, cancelled: false };
    this.#planned += 1;
    push(this.#queue, planned);
    return planned;
  }

  /** Runs the steps until this time, or until `isOver` says so. */
  async runUntil(time: number, isOver: () => boolean = () => false): Promise<void> {
    for (let next = this.#queue[0]; next && next.time <= time && !isOver(); next = this.#queue[0]) {
      pop(this.#queue);
      if (next.cancelled) continue;
      this.#time = next.time;
      this.steps += 1;
      next.run();
      await macrotask();
    }
    if (!isOver()) this.#time = Math.max(this.#time, time);
  }
}

const isBefore = (one: Planned, other: Planned) =>
  one.time < other.time || (one.time === other.time && one.order < other.order);

/** Adds to a binary heap. */
function push(heap: Planned[], planned: Planned): void {
  let at = heap.push(planned) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapped(heap, at, parent)) return;
    at = parent;
  }
}

/** Removes the first of a binary heap. */
function pop(heap: Planned[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const [one, other] = [heap[left], heap[right]];
    if (!one) return;
    const least = other && isBefore(other, one) ? right : left;
    if (!swapped(heap, least, at)) return;
    at = least;
  }
}

/** Swaps two places of a heap if the first belongs before the second. */
function swapped(heap: Planned[], one: number, other: number): boolean {
  const [a, b] = [heap[one], heap[other]];
  if (!a || !b || !isBefore(a, b)) return false;
  [heap[one], heap[other]] = [b, a];
  return true;
}

/** The choices of a seed. */
export class Random {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  next(): number {
    return this.#random.next();
  }

  chance(share: number): boolean {
    return share > 0 && this.#random.next() < share;
  }

  between(least: number, most: number): number {
    return least + this.#random.next() * (most - least);
  }

  /** A whole number from 0 to `most` - 1. */
  below(most: number): number {
    return Math.floor(this.#random.next() * most);
  }

  pick<T>(choices: readonly [T, ...T[]]): T;
  pick<T>(choices: readonly T[]): T | undefined;
  pick<T>(choices: readonly T[]): T | undefined {
    return choices[this.below(choices.length)];
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
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
