import { Command, InvalidArgumentError } from 'commander';
import { endInOrder } from '../harness/ending.ts';
import { soak, summary } from './play.ts';

/** npm run soak -- --minutes 10 --people 30 --seed 7 */

// What the SDK says of this machine's Node is no news to who soaks.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is wanted.');
  return value;
};

const options = new Command('soak')
  .description('Lets people come, talk and go at random in a room where everything fails now and then')
  .option('--minutes <number>', 'how long', positive, 10)
  .option('--people <number>', 'how many', positive, 30)
  .option('--seed <number>', 'the same people and faults again', positive, 1)
  .parse()
  .opts<{ minutes: number; people: number; seed: number }>();

endInOrder();
const report = await soak(options);
for (const problem of report.problems.slice(0, 20)) process.stderr.write(`${problem}\n`);
process.stdout.write(`${summary(report)}\n`);
process.exitCode = report.problems.length === 0 ? 0 : 1;
