import type { SimulatedProcess } from './process.ts';
import type { Planned } from './queue.ts';

/** A timer as Node.js returns it. */
class Timer {
  readonly #start: () => Planned;
  #planned: Planned;

  constructor(start: () => Planned) {
    this.#start = start;
    this.#planned = start();
  }

  cancel(): void {
    this.#planned.cancelled = true;
  }

  refresh(): this {
    if (!this.#planned.cancelled) {
      this.cancel();
      this.#planned = this.#start();
    }
    return this;
  }

  restart(): void {
    if (!this.#planned.cancelled) this.#planned = this.#start();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** The globals through which a program reads time and randomness, on the virtual clock. */
export function globalsOf(process: SimulatedProcess, env: Readonly<Record<string, string>>) {
  const now = () => process.now();
  const cancel = (timer: Timer | undefined) => timer?.cancel();
  class VirtualDate extends Date {
    constructor(...given: [] | [number | string]) {
      super(given.length === 0 ? now() : given[0]);
    }

    static override now(): number {
      return now();
    }
  }
  const once = (run: (...args: unknown[]) => void, ms: number, args: unknown[]) =>
    new Timer(() => process.after(ms, () => run(...args)));
  return {
    process: { env, platform: 'linux', version: 'v24.0.0', versions: {}, nextTick: queueMicrotask, emitWarning() {} },
    Date: VirtualDate,
    Math: Object.create(Math, { random: { value: () => process.random() } }) as typeof Math,
    performance: { now: () => process.world.scheduler.now },
    setTimeout: (run: () => void, ms = 1, ...args: unknown[]) => once(run, Math.max(1, ms), args),
    setImmediate: (run: () => void, ...args: unknown[]) => once(run, 0, args),
    setInterval: (run: () => void, ms = 1) => {
      const timer: Timer = new Timer(() =>
        process.after(Math.max(1, ms), () => {
          timer.restart();
          run();
        }),
      );
      return timer;
    },
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
    crypto: {
      getRandomValues: (values: Uint8Array) => {
        values.set(process.bytes(values.length));
        return values;
      },
    },
    console: { log() {}, info() {}, warn() {}, error() {}, debug() {} },
    machine: process,
  };
}
