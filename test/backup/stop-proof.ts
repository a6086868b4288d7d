import { Command, InvalidArgumentError } from 'commander';
import { endInOrder } from '../harness/ending.ts';
import { playStop } from './play-stop.ts';

/** npm run stop-proof -- --clients 500 */

// What the SDK says of this machine's Node is no news to who runs this.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const { clients } = new Command('stop-proof')
  .description('Stops a room with many in it')
  .option(
    '--clients <number>',
    'how many are in it',
    (text) => {
      if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A whole number above 0 is wanted.');
      return Number(text);
    },
    500,
  )
  .parse()
  .opts<{ clients: number }>();

endInOrder();
const report = await playStop(clients);
const held = report.told === clients && report.closed === clients && report.counted === 0 && report.present === 0;
process.stdout.write(`${held ? 'held' : 'NOT HELD'}: ${JSON.stringify(report, undefined, 2)}\n`);
process.exitCode = held ? 0 : 1;
