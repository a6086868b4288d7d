import { Command } from 'commander';
import { bundlesOfRoom } from './bundle.ts';
import { PlantedCopy } from './mutant-tests.ts';
import { type Mutant, mutants } from './mutants.ts';
import { Workers } from './workers.ts';

/** npm run mutate: plants one bug after the other, and counts the seeds until the simulator finds it. */
const {
  seeds,
  only,
  tests: byTests,
} = new Command('npm run mutate --')
  .option('--seeds <number>', 'the most seeds for each bug', Number, 2_000)
  .option('--only <pattern>', 'only the bugs whose names match this regular expression', '')
  .option('--tests', 'run the tests that should find each bug, instead of the simulator')
  .parse()
  .opts<{ seeds: number; only: string; tests?: true }>();

const chosen = mutants.filter(({ name }) => new RegExp(only).test(name));
let caught = 0;
function print({ name }: Mutant, found: string | undefined, survived: string): void {
  if (found !== undefined) caught += 1;
  console.log(found === undefined ? `SURVIVES ${survived}: ${name}` : `${name}: ${found}`);
}

await (byTests ? runTests() : simulate());
console.log(`${caught} of ${chosen.length} planted bugs found`);

async function simulate(): Promise<void> {
  const workers = await Workers.start();
  for (const mutant of chosen) {
    let found: { seed: number; violation: string } | undefined;
    const isEnough = (started: number) => found !== undefined || started >= seeds;
    await workers.play(await bundlesOfRoom(mutant), 1, isEnough, ({ seed, violations: [violation] }) => {
      if (violation !== undefined && seed < (found?.seed ?? Number.POSITIVE_INFINITY)) found = { seed, violation };
    });
    print(mutant, found && `seed ${found.seed}: ${found.violation}`, `${seeds} seeds`);
  }
  await workers.end();
}

function runTests(): void {
  const copy = new PlantedCopy();
  for (const mutant of chosen) {
    if (mutant.test === '') console.log(`NO TEST: ${mutant.name}`);
    else print(mutant, copy.firstFailure(mutant), mutant.test);
  }
  copy.remove();
}
