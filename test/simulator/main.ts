import { createHash } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { bundlesOfRoom } from './bundle.ts';
import { compiled } from './program.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import { Workers } from './workers.ts';

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}

const {
  seeds,
  from,
  seed,
  trace,
  minutes,
  shrink: isShrunk,
} = new Command('npm run simulate --')
  .description('Play whole days of a room with random interleavings and faults, each decided by a seed.')
  .option('--seeds <number>', 'how many seeds', whole, 100)
  .option('--minutes <number>', 'play seeds for this long instead', whole)
  .option('--from <number>', 'the first seed', whole, 1)
  .option('--seed <number>', 'play this seed only', whole)
  .option('--trace', 'print what happens')
  .option('--shrink', 'look for a smaller day with the same violation, and print it')
  .parse()
  .opts<{ seeds: number; from: number; seed?: number; trace?: true; shrink?: true; minutes?: number }>();

const bundles = await bundlesOfRoom();
const startedAt = performance.now();
const elapsed = () => performance.now() - startedAt;
const isEnough = (started: number) => (minutes === undefined ? started >= seeds : elapsed() > minutes * 60_000);

if (seed !== undefined && isShrunk) {
  const { seed: smallest, plan, outcome } = await shrink(seed, compiled(bundles));
  for (const line of outcome.trace) console.log(line);
  report(smallest, outcome.violations);
  console.log(`seed ${smallest}, reduced: ${JSON.stringify(plan)}`);
} else if (seed !== undefined) {
  const outcome = await simulate(seed, compiled(bundles), { trace: trace === true });
  for (const line of outcome.trace) console.log(line);
  report(seed, outcome.violations);
  console.log(`seed ${seed}: ${outcome.steps} steps, hash ${outcome.hash}`);
} else await playAll();

async function playAll(): Promise<void> {
  const hashes = new Map<number, string>();
  let [steps, failed, played] = [0, 0, 0];
  const workers = await Workers.start();
  await workers.play(bundles, from, isEnough, (outcome) => {
    played += 1;
    hashes.set(outcome.seed, outcome.hash);
    steps += outcome.steps;
    if (outcome.violations.length > 0) failed += 1;
    report(outcome.seed, outcome.violations);
  });
  await workers.end();
  const perMinute = Math.round((60_000 * played) / elapsed());
  console.log(
    `${played} seeds (${from} to ${from + played - 1}), ${failed} with violations, ${new Set(hashes.values()).size} distinct courses, ` +
      `${steps} steps, hash ${hashOf(hashes)}; ${perMinute} seeds a minute`,
  );
}

/** Identifies the courses of all seeds. */
function hashOf(hashes: ReadonlyMap<number, string>): string {
  const inOrder = [...hashes].sort(([one], [other]) => one - other);
  return createHash('sha256').update(JSON.stringify(inOrder)).digest('hex').slice(0, 16);
}

function report(played: number, violations: readonly string[]): void {
  if (violations.length === 0) return;
  process.exitCode = 1;
  console.log(`seed ${played}: ${violations[0]}`);
}
