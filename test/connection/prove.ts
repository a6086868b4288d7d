import { Command } from 'commander';
import { endInOrder } from '../harness/ending.ts';
import { cuts } from './cuts.ts';
import { marathon } from './marathon.ts';

// What the SDK says of this machine's Node is no news to whoever proves something.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

endInOrder();
const program = new Command('npm run prove --').description('Prove at length what npm test shows in short.');

program
  .command('marathon')
  .description('two people talk across three two-hour limits and two idle limits')
  .option('--hours <number>', "of the room's clock", Number, 6.5)
  .option('--speed <factor>', 'how many times as fast that runs', Number, 30)
  .action(async ({ hours, speed }: { hours: number; speed: number }) => {
    report(await marathon({ hours, speed, every: 1000 }));
  });

program
  .command('cuts')
  .description('the network is cut for 1, 10 and 60 seconds in mid-burst')
  .option('--rounds <number>', 'how often', Number, 100)
  .option('--speed <factor>', "how many times as fast the room's clock runs", Number, 20)
  .option('--seed <number>', 'the same fates of connections for the same seed', Number, 1)
  .action(async ({ rounds, speed, seed }: { rounds: number; speed: number; seed: number }) => {
    report(await cuts({ rounds, seconds: [1, 10, 60], speed, seed }));
  });

function report({ problems, ...figures }: { readonly problems: readonly string[] }): void {
  for (const problem of problems) console.log(problem);
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.log(`${problems.length === 0 ? 'held' : `${problems.length} PROBLEMS`}: ${told.join(', ')}`);
  if (problems.length > 0) process.exitCode = 1;
}

await program.parseAsync();
