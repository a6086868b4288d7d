import { Command, InvalidArgumentError } from 'commander';
import { endInOrder } from '../harness/ending.ts';
import { playBigFile } from './big-file.ts';

/** npm run big-file -- --megabytes 1024 */

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A whole number above 0 is wanted.');
  return Number(text);
};

const { megabytes } = new Command('big-file')
  .description('Sends a large file through a room of its own, kills its recipient at the half, and has it got again')
  .option('--megabytes <number>', 'how large (MiB)', whole, 1024)
  .parse()
  .opts<{ megabytes: number }>();

endInOrder();
const { problems, ...figures } = await playBigFile(megabytes * 1024 ** 2);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(
  `${problems.length === 0 ? 'held' : `${problems.length} PROBLEMS`}: ${JSON.stringify(figures, undefined, 2)}\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
