import { Command } from 'commander';
import { mutants } from './mutants.ts';
import { programsOfRoom, simulate } from './simulate.ts';

/** npm run mutate: plants one bug after the other, and counts the seeds until the simulator finds it. */
const { seeds, only } = new Command('npm run mutate --')
  .option('--seeds <number>', 'the most seeds for each bug', Number, 2_000)
  .option('--only <text>', 'only the bugs whose names contain this text', '')
  .parse()
  .opts<{ seeds: number; only: string }>();

const chosen = mutants.filter(({ name }) => name.includes(only));
let caught = 0;
for (const mutant of chosen) {
  const programs = await programsOfRoom(mutant);
  let found: string | undefined;
  let seed = 0;
  while (found === undefined && seed < seeds) {
    seed += 1;
    found = (await simulate(seed, programs)).violations[0];
  }
  if (found !== undefined) caught += 1;
  console.log(
    found === undefined ? `SURVIVES ${seed} seeds: ${mutant.name}` : `seed ${seed}: ${mutant.name}: ${found}`,
  );
}
console.log(`${caught} of ${chosen.length} planted bugs found`);
