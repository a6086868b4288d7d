import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { bundleOfWorker } from './bundle.ts';
import type { Bundles } from './program.ts';
import type { Order, Played } from './worker.ts';

/** A simulation makes much garbage of short life. With this much room (MB) for it, it is collected rarely. */
const youngGeneration = 64;

/** Threads that play seeds, one for each processor. */
export class Workers {
  readonly #workers: readonly Worker[];

  private constructor(code: string) {
    const resourceLimits = { maxYoungGenerationSizeMb: youngGeneration };
    const start = () => new Worker(code, { eval: true, resourceLimits });
    this.#workers = Array.from({ length: availableParallelism() }, start);
  }

  static async start(): Promise<Workers> {
    return new Workers(await bundleOfWorker());
  }

  /** Plays seeds, beginning with `from`, until `isEnough` says so. Calls back with each, in the order of their ends. */
  async play(
    bundles: Bundles,
    from: number,
    isEnough: (started: number) => boolean,
    played: (outcome: Played) => void,
  ): Promise<void> {
    let started = 0;
    const work = async (worker: Worker) => {
      worker.postMessage({ bundles } satisfies Order);
      while (!isEnough(started)) {
        const seed = from + started;
        started += 1;
        const reply = once(worker, 'message');
        worker.postMessage({ seed } satisfies Order);
        // A worker sends nothing else.
        const [outcome] = (await reply) as [Played];
        played(outcome);
      }
    };
    await Promise.all(this.#workers.map(work));
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
