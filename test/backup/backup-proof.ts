import { Command, InvalidArgumentError } from 'commander';
import { endInOrder } from '../harness/ending.ts';
import { playBackup } from './play.ts';

/** npm run backup-proof -- --users 10000 --messages 200000 --talkers 20 --slice 2000 */

// What the SDK says of this machine's Node is no news to who runs this.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A whole number above 0 is wanted.');
  return Number(text);
};

const options = new Command('backup-proof')
  .description('Backs up a full room while people chat in it, restores it into another one, and compares')
  .option('--users <number>', 'how many are registered', whole, 10_000)
  .option('--messages <number>', 'how many messages there are', whole, 200_000)
  .option('--talkers <number>', 'how many chat meanwhile, five at least', whole, 20)
  .option('--slice <ms>', 'how long one invocation works', whole, 2_000)
  .parse()
  .opts<{ users: number; messages: number; talkers: number; slice: number }>();

endInOrder();
const { problems, ...figures } = await playBackup(options);
for (const problem of problems.slice(0, 20)) process.stderr.write(`${problem}\n`);
process.stdout.write(
  `${problems.length === 0 ? 'held' : `${problems.length} PROBLEMS`}: ${JSON.stringify(figures, undefined, 2)}\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
