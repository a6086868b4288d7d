import { Command } from 'commander';
import { bundlesOfRoom } from './bundle.ts';
import { mutants } from './mutants.ts';
import { Workers } from './workers.ts';

/** npm run mutate: plants one bug after the other, and counts the seeds until the simulator finds it. */
const { seeds, only } = new Command('npm run mutate --')
  .option('--seeds <number>', 'the most seeds for each bug', Number, 2_000)
  .option('--only <pattern>', 'only the bugs whose names match this regular expression', '')
  .parse()
  .opts<{ seeds: number; only: string }>();

const chosen = mutants.filter(({ name }) => new RegExp(only).test(name));
const workers = await Workers.start();
let caught = 0;
for (const mutant of chosen) {
  let found: { seed: number; violation: string } | undefined;
  const isEnough = (started: number) => found !== undefined || started >= seeds;
  await workers.play(await bundlesOfRoom(mutant), 1, isEnough, ({ seed, violations: [violation] }) => {
    if (violation !== undefined && seed < (found?.seed ?? Number.POSITIVE_INFINITY)) found = { seed, violation };
  });
  if (found) caught += 1;
  console.log(
    found ? `seed ${found.seed}: ${mutant.name}: ${found.violation}` : `SURVIVES ${seeds} seeds: ${mutant.name}`,
  );
}
await workers.end();
console.log(`${caught} of ${chosen.length} planted bugs found`);
