import { beforeAll, expect, test } from 'vitest';
import { bundlesOfRoom } from './bundle.ts';
import { mutants } from './mutants.ts';
import { compiled, type Programs } from './program.ts';
import { simulate } from './simulate.ts';

let programs: Programs;
beforeAll(async () => {
  programs = compiled(await bundlesOfRoom());
});

const seeds = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

test('the room keeps its promises in fifteen simulated days', async () => {
  const hashes = new Set<string>();
  for (const seed of seeds(15)) {
    const { violations, hash } = await simulate(seed, programs);
    expect(violations, `npm run simulate -- --seed ${seed} --trace`).toEqual([]);
    hashes.add(hash);
  }
  expect(hashes.size).toBe(15);
});

test('a seed decides everything that happens', async () => {
  for (const seed of seeds(3)) {
    const [one, other] = [await simulate(seed, programs), await simulate(seed, programs)];
    expect(one.hash).toBe(other.hash);
    expect(one.world.history.sent.length).toBeGreaterThan(0);
  }
});

test.each(['a page leaves out its first message', 'a login does not check MaxCon'])(
  'the simulator finds a planted bug: %s',
  async (bug) => {
    const broken = compiled(await bundlesOfRoom(mutants.find(({ name }) => name === bug)));
    const found: string[] = [];
    for (const seed of seeds(60)) {
      if (found.length > 0) break;
      found.push(...(await simulate(seed, broken)).violations);
    }
    expect(found).not.toEqual([]);
  },
);
