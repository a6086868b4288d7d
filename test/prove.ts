import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { attack } from './attack/attack.ts';
import { office } from './attack/office.ts';
import { playBackup } from './backup/play.ts';
import { playStop } from './backup/play-stop.ts';
import { cuts } from './connection/cuts.ts';
import { deadLink } from './connection/dead-link.ts';
import { marathon } from './connection/marathon.ts';
import { playBigFile } from './files/big-file.ts';
import { endInOrder, endWithUs } from './harness/ending.ts';
import { kills } from './kills/kills.ts';
import { soak } from './soak/play.ts';
import { typing } from './typing/typing.ts';
import { longLog } from './web/long-log.ts';
import { pageFile } from './web/page-file.ts';

/** The default of a proof's option, and what the option means. */
type Options = Record<string, readonly [number, string]>;

/** What a proof found: problems, of which there should be none, and figures. */
type Report = { readonly problems: readonly string[] };

// The SDK warns about the Node.js version of this machine. The functions run on Lambda's.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
endInOrder();

const program = new Command('npm run prove --').description('Prove what takes long to prove.');

function proof<O extends Options>(
  name: string,
  description: string,
  options: O,
  run: (given: { [K in keyof O]: number } & { contention?: true }) => Promise<Report>,
): Command {
  const command = program.command(name).description(description);
  for (const [option, [value, meaning]] of Object.entries(options)) {
    command.option(`--${option} <number>`, meaning, positive, value);
  }
  return command.action(async (given) => {
    const { problems, ...figures } = await run(given);
    for (const problem of problems.slice(0, 20)) console.log(problem);
    const outcome = problems.length === 0 ? 'held' : `${problems.length} PROBLEMS`;
    console.log(`${outcome}: ${JSON.stringify(figures, undefined, 2)}`);
    if (problems.length > 0) process.exitCode = 1;
  });
}

/** Runs tests. Their outcome is that of this program. */
async function runVitest(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const env = { ...process.env, ...environment };
  const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { stdio: 'inherit', env });
  const [code] = (await once(endWithUs(vitest), 'exit')) as [number | null];
  process.exitCode = code ?? 1;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Give a number above 0.');
  return value;
}

program
  .command('short')
  .description('Run the tests that `npm test` leaves out: most of these proofs in short, and a few others')
  .argument('[files...]', 'only files with this in their path')
  .action((files: string[]) => runVitest(['--project', 'short proofs', ...files]));

proof(
  'long-log',
  'Scroll back through a long conversation in the web page, and measure its work and its memory',
  { messages: [10_000, 'how many messages'] },
  longLog,
);

proof(
  'page-file',
  'Send a file from the web page to a terminal and back, and measure how long that takes',
  { megabytes: [50, 'size of the file in MB'] },
  pageFile,
);

proof(
  'soak',
  'Let users come, talk and go at random in a room where everything fails now and then',
  { minutes: [10, 'how long'], people: [30, 'how many users'], seed: [1, 'the same users and faults again'] },
  soak,
).option('--contention', 'have DynamoDB throttle and conflict as AWS does under load');

proof(
  'cuts',
  'Cut the network for 1, 10 and 60 seconds in the middle of a burst of messages',
  {
    rounds: [100, 'how many bursts'],
    speed: [20, "how many times as fast the room's clock runs"],
    seed: [1, 'the same cuts again'],
  },
  (given) => cuts({ ...given, seconds: [1, 10, 60] }),
);

proof(
  'marathon',
  'Have two users talk across three two-hour limits and two idle limits',
  { hours: [6.5, "of the room's clock"], speed: [30, 'how many times as fast that clock runs'] },
  (given) => marathon({ ...given, every: 1000 }),
);

proof(
  'dead-link',
  'Measure how long the terminal client takes to notice that its network drops every packet',
  {},
  deadLink,
);

proof(
  'attack',
  'Measure how long a message takes, alone and while one address attacks at its limits',
  { seconds: [60, 'how long each of the two is measured'] },
  attack,
);

proof(
  'office',
  'Let everybody behind one address log in at once, and again after a stop and a start',
  {
    people: [100, 'how many'],
    attackers: [0, 'connections of another address that send logins meanwhile'],
    upgrades: [0, 'upgrades a second of another address meanwhile'],
  },
  async (given) => ({ problems: [], ...(await office(given)) }),
);

program
  .command('races')
  .description('Repeat each race between commands')
  .option('--rounds <number>', 'how often', positive, 200)
  .option('--contention', 'with DynamoDB as it is under load')
  .action(({ rounds, contention }: { rounds: number; contention?: boolean }) =>
    runVitest(['test/races', 'test/scenes/races', 'test/scenes/frames'], {
      RACE_ROUNDS: String(rounds),
      RACE_CONTENTION: contention ? '1' : '',
    }),
  );

proof(
  'big-file',
  'Send a large file, kill its recipient halfway, and resume the download',
  { megabytes: [1024, 'size of the file in MiB'] },
  ({ megabytes }) => playBigFile(megabytes * 1024 ** 2),
);

proof(
  'backup',
  'Back up a full room while users talk in it, restore it into another room, and compare them',
  {
    users: [10_000, 'how many are registered'],
    messages: [200_000, 'how many messages are stored'],
    talkers: [20, 'how many users talk meanwhile, at least five'],
    slice: [2_000, 'how long (ms) one invocation works'],
  },
  playBackup,
);

proof(
  'kills',
  'Kill the room at random moments, on a full disk and under other faults, and start it again',
  { rounds: [200, 'how many starts'], seed: [1, 'the same faults and signals again'] },
  kills,
);

proof(
  'typing',
  'Type random bytes, pastes, resizes and signals into the terminal client',
  { streams: [10_000, 'how many streams'], seed: [1, 'the same streams again'] },
  typing,
);

proof('stop', 'Stop a full room', { clients: [500, 'how many users are online'] }, ({ clients }) => playStop(clients));

if (process.argv.length > 2) await program.parseAsync();
else program.outputHelp();
