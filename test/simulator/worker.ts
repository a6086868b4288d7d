import { parentPort } from 'node:worker_threads';
import { type Bundles, compiled, type Programs } from './program.ts';
import { simulate } from './simulate.ts';

/** What the main thread sends: programs, once for all seeds that follow, or a seed. */
export type Order = { readonly bundles: Bundles } | { readonly seed: number };

/** What a worker replies to a seed. */
export interface Played {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly hash: string;
  readonly steps: number;
}

let programs: Programs = new Map();
parentPort?.on('message', async (order: Order) => {
  if ('bundles' in order) {
    programs = compiled(order.bundles);
    return;
  }
  const { seed, violations, hash, steps } = await simulate(order.seed, programs);
  parentPort?.postMessage({ seed, violations, hash, steps } satisfies Played);
});
