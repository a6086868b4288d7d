import { Command, InvalidArgumentError } from 'commander';
import { exitCodes, UnreachableError } from './admin/errors.ts';
import { type Invoke, RoomAdmin } from './admin/room-admin.ts';
import { Console, runOnce, voiceOn } from './admin/run.ts';
import { completions, helpLines } from './admin/understand.ts';
import { InteractiveScreen } from './terminal/interactive-screen.ts';
import { PlainScreen } from './terminal/plain-screen.ts';
import { printable } from './terminal/printable.ts';

// The SDK's advice on Node versions is for its own users, not for whoever administers a room.
process.removeAllListeners('warning').on('warning', (warning) => {
  if (!warning.message.startsWith('NodeVersionSupportWarning')) process.stderr.write(`${warning.stack}\n`);
});

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('Give a whole number from 1 to 65535.');
}

const program = new Command('chat-admin')
  .description('Administers a room: carries out the command that is given, and opens a console if none is.')
  .argument('[command...]', 'what to do, in the words of the console')
  .option('--port <number>', 'the room on this port of this machine', portNumber, 9000)
  .option('--stack <name>', 'the room of this deployed stack, with the usual AWS profile and Region')
  .option('--json', 'print results as JSON, one value a line')
  // A command's own options are its own business.
  .allowUnknownOption()
  .addHelpText(
    'after',
    `\nCommands:\n${helpLines().join('\n')}\n
Exit codes: 0 done; 1 refused, or something is wrong in the room; 2 this command was misused; 3 the room could not be asked.`,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.done : exitCodes.misused))
  .parse();

const { port, stack, json = false } = program.opts<{ port: number; stack?: string; json?: true }>();
const { stdin, stdout, stderr } = process;
const write =
  (stream: NodeJS.WriteStream) =>
  (...lines: string[]) =>
    void (lines.length > 0 && stream.write(`${lines.map(printable).join('\n')}\n`));

const unread = new AbortController();
/** Why what came of it could not be written, if it was not that nobody read on: `admin log --follow | head`. */
let unwritten: Error | undefined;

function readNoMore(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') unwritten ??= error;
  unread.abort();
}

/** What is looked up in AWS is loaded only by who needs it. */
async function findRoom(): Promise<Invoke> {
  if (stack !== undefined) return (await import('./admin/targets/deployed-room.ts')).deployedRoom(stack);
  return (await import('./admin/targets/local-room.ts')).localRoom(port);
}

async function runOneCommand(): Promise<number> {
  // What is no command needs no room to be told so.
  let room: Promise<Invoke> | undefined;
  const admin = new RoomAdmin(async (payload) => {
    room ??= findRoom();
    return (await room)(payload);
  });
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interruption.abort());
  }
  const { signal } = interruption;
  return runOnce(program.args, voiceOn(write(stdout), write(stderr), json), { admin, signal, unread: unread.signal });
}

async function runConsole(): Promise<number> {
  const admin = new RoomAdmin(await findRoom());
  const interrupt = () => {
    if (!desk.interrupt()) screen.endInput();
  };
  const leave = () => {
    desk.interrupt();
    screen.endInput();
  };
  // The terminal would show no prompts.
  if (stdin.isTTY && !stdout.isTTY) program.error('Input from a terminal needs output to it as well.');
  const screen = stdin.isTTY
    ? new InteractiveScreen({ input: stdin, output: stdout, interrupted: interrupt, complete: completions })
    : new PlainScreen(stdin, stdout, () => screen.endInput());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
  const err = stdin.isTTY ? screen.print.bind(screen) : write(stderr);
  const desk = new Console(admin, screen, voiceOn(screen.print.bind(screen), err, json), unread.signal);
  await desk.run();
  return desk.code;
}

async function main(): Promise<number> {
  try {
    return await (program.args.length > 0 ? runOneCommand() : runConsole());
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    voiceOn(write(stdout), write(stderr), json).complain('unreachable', error.message);
    return exitCodes.unreachable;
  }
}

stdout.on('error', readNoMore);
const code = await main();
// Nothing that is still open keeps the program; what it said is written first.
stdout.write('', () => {
  if (unwritten) stderr.write(`Error! What came of it could not be written: ${unwritten.message}\n`);
  process.exit(unwritten ? exitCodes.refused : code);
});
