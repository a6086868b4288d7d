import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundlesOfRoom } from './bundle.ts';
import { mutants } from './mutants.ts';
import type { Bundles } from './program.ts';
import type { Played } from './worker.ts';
import { Workers } from './workers.ts';

let workers: Workers;
let bundles: Bundles;
beforeAll(async () => {
  [workers, bundles] = await Promise.all([Workers.start(), bundlesOfRoom()]);
});
afterAll(() => workers.end());

/** Plays the first seeds; fewer if `isOver` says so. */
async function play(programs: Bundles, count: number, isOver = (_: readonly Played[]) => false): Promise<Played[]> {
  const outcomes: Played[] = [];
  const isEnough = (started: number) => started >= count || isOver(outcomes);
  await workers.play(programs, 1, isEnough, (outcome) => outcomes.push(outcome));
  return outcomes.sort((one, other) => one.seed - other.seed);
}

test('the room keeps its promises in twenty-five simulated days, and a seed decides everything that happens', {
  timeout: 180_000,
}, async () => {
  const outcomes = await play(bundles, 25);
  for (const { seed, violations } of outcomes)
    expect(violations, `npm run simulate -- --seed ${seed} --trace`).toEqual([]);
  expect(new Set(outcomes.map(({ hash }) => hash)).size).toBe(25);
  const again = await play(bundles, 3);
  expect(again).toEqual(outcomes.slice(0, 3));
  expect(Math.min(...again.map(({ steps }) => steps))).toBeGreaterThan(500);
});

test('every planted bug fits the code of today', () => {
  const misfits = mutants.filter(({ file, from }) => !readFileSync(file, 'utf8').includes(from));
  expect(misfits.map(({ name }) => name)).toEqual([]);
});

test.each(['a page leaves out its first message', 'a login does not check MaxCon'])(
  'the simulator finds a planted bug: %s',
  { timeout: 180_000 },
  async (bug) => {
    const broken = await bundlesOfRoom(mutants.find(({ name }) => name === bug));
    const isFound = (outcomes: readonly Played[]) => outcomes.some(({ violations }) => violations.length > 0);
    expect(isFound(await play(broken, 60, isFound))).toBe(true);
  },
);
