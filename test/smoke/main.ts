import { constants } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { UnreachableError, UsageError } from '../../client/admin/errors.ts';
import { type SmokeOptions, smoke } from './smoke.ts';
import { findTarget, type Target, type Where } from './target.ts';

interface Options extends Where {
  readonly samples: number;
  readonly yes?: true;
}

// Users of the program cannot act on the SDK's advice on Node versions.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const program = new Command('npm run smoke --')
  .description(
    'Test a deployed room: every route, status, limit and error. Report what differs from AWS’s documentation.',
  )
  .option('--stack <name>', 'the room of this deployed stack, with the usual AWS profile and Region')
  .option(
    '--url <address>',
    'the room at this address, as a client sees it; with --stack: where clients reach the stack',
  )
  .option('--invite <code>', 'with --url: an invitation for 5 users, if the room wants one')
  .option('--port <number>', 'the local room on this port (default: 9000)', whole)
  .option('--samples <number>', 'how often each command is timed for the table; 0: no table', whole, 20)
  .option('--yes', 'test the room although users are online')
  .addHelpText(
    'after',
    '\nExit codes: 0 as documented; 1 something differs; 2 wrong usage; 3 the room could not be reached.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();

/** Says what the test does to the room. Returns whether it may begin. */
async function mayBegin({ admin }: Target, confirmed: boolean): Promise<boolean> {
  if (admin === undefined) {
    console.log('The test registers users and removes them. Without --stack it sees only what a client sees.');
    return true;
  }
  const { online } = await admin.ask('stats', {});
  console.log(
    'The test closes the room for some seconds, and once fills it. It restores every setting and removes its users.',
  );
  if (online === 0 || confirmed) return true;
  console.log(`${online} users are online. They would be logged out. To test the room nevertheless, add --yes.`);
  return false;
}

/** Runs the test. An interruption ends it, and the room is still left as it was. */
async function run(target: Target, samples: number): Promise<number> {
  const interruption = new AbortController();
  let code = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      code = 128 + constants.signals[signal];
      interruption.abort(new Error(`${signal}. The room is being cleaned up`));
    });
  }
  const options: SmokeOptions = { print: (line) => console.log(line), samples, signal: interruption.signal };
  const { outcomes, problems } = await smoke(target, options);
  const failed = problems.length > 0 || outcomes.some(({ verdict }) => verdict === 'differs');
  return code || (failed ? 1 : 0);
}

function whole(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 65_536) return value;
  throw new InvalidArgumentError('Give a whole number.');
}

try {
  const { samples, yes = false, ...where } = program.opts<Options>();
  const target = await findTarget(where);
  process.exitCode = (await mayBegin(target, yes)) ? await run(target, samples) : 2;
} catch (error) {
  if (!(error instanceof UsageError || error instanceof UnreachableError)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 3;
}
