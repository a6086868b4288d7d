import { Command, InvalidArgumentError } from 'commander';
import { commandSet } from './admin/command-set.ts';
import { Console } from './admin/console.ts';
import { exitCodes, UnreachableError } from './admin/errors.ts';
import { RoomAdmin, type Target } from './admin/room-admin.ts';
import { outputTo, runCommand } from './admin/run-command.ts';
import { InteractiveScreen } from './terminal/interactive-screen.ts';
import type { Line } from './terminal/line.ts';
import { Painter } from './terminal/painter.ts';
import { PlainScreen } from './terminal/plain-screen.ts';
import { isClosedPipe } from './terminal/unwritten.ts';

// Users of the console cannot act on the SDK's advice on Node versions.
process.removeAllListeners('warning').on('warning', (warning) => {
  if (!warning.message.startsWith('NodeVersionSupportWarning')) process.stderr.write(`${warning.stack}\n`);
});

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('Give a whole number from 1 to 65535.');
}

const plain = new Painter(1);
const plainLines = (lines: readonly Line[]) => lines.map((line) => plain.line(line)).join('\n');

const program = new Command('chat-admin')
  .description(
    'Run one administrator command on a room; without a command, open the console.\n' +
      'Without options, on the room of this project, else on the room on port 9000.',
  )
  .argument('[command...]', 'a command, as typed in the console')
  .option('--port <number>', 'the room on this port of this machine', portNumber)
  .option('--data <folder>', 'the room of this machine whose state is in this folder')
  .option('--stack <name>', 'the room of this deployed stack, with the usual AWS profile and Region')
  .option('--json', 'print results as JSON, one value per line')
  // The command parses its own options.
  .allowUnknownOption()
  .addHelpText(
    'after',
    `\nCommands:\n${plainLines(commandSet.help())}\n
Exit codes: 0 done; 1 refused, or problems found; 2 wrong usage; 3 the room could not be reached.`,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.done : exitCodes.misused))
  .parse();

const {
  port,
  data,
  stack,
  json = false,
} = program.opts<{ port?: number; data?: string; stack?: string; json?: true }>();
const { stdin, stdout, stderr } = process;
const write =
  (stream: NodeJS.WriteStream) =>
  (...lines: Line[]) =>
    void (lines.length > 0 && stream.write(`${plainLines(lines)}\n`));

const unread = new AbortController();
/** Why the output could not be written. A reader that stopped reading is no error: `admin log --follow | head`. */
let unwritten: Error | undefined;

function readNoMore(error: Error): void {
  if (!isClosedPipe(error)) unwritten ??= error;
  unread.abort();
}

/** Loads the AWS clients only when they are needed. */
async function findRoom(): Promise<Target> {
  if (stack !== undefined) return (await import('./admin/targets/deployed-room.ts')).deployedRoom(stack);
  return (await import('./admin/targets/local-room.ts')).localRoom({ port, data });
}

async function runOneCommand(): Promise<number> {
  // An unknown command is reported without asking for a room.
  const admin = new RoomAdmin(findRoom);
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interruption.abort());
  }
  const { signal } = interruption;
  const output = outputTo(write(stdout), write(stderr), json);
  const { result } = await runCommand(program.args, output, { admin, signal, unread: unread.signal });
  return result === 'quit' ? exitCodes.done : result;
}

async function runConsole(): Promise<number> {
  const admin = new RoomAdmin(findRoom);
  const { name } = await admin.target();
  const interrupt = () => {
    if (!administrator.interrupt()) screen.endInput();
  };
  const leave = () => {
    administrator.interrupt();
    screen.endInput();
  };
  // The terminal would show no prompts.
  if (stdin.isTTY && !stdout.isTTY) program.error('Input from a terminal needs output to it as well.');
  const screen = stdin.isTTY
    ? new InteractiveScreen({
        input: stdin,
        output: stdout,
        interrupted: interrupt,
        complete: (line) => commandSet.complete(line, admin),
      })
    : new PlainScreen(stdin, stdout, () => screen.endInput());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave);
  const err = stdin.isTTY ? screen.print.bind(screen) : write(stderr);
  const administrator = new Console(admin, screen, outputTo(screen.print.bind(screen), err, json), unread.signal);
  if (stdin.isTTY && name !== undefined) screen.print(`[admin] ${name}`);
  await administrator.run();
  return administrator.code;
}

async function main(): Promise<number> {
  try {
    return await (program.args.length > 0 ? runOneCommand() : runConsole());
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    outputTo(write(stdout), write(stderr), json).error('unreachable', error.message);
    return exitCodes.unreachable;
  }
}

stdout.on('error', readNoMore);
const code = await main();
// Exit even if something is still open, but only after the output has been written.
stdout.write('', () => {
  if (unwritten) stderr.write(`Error! The output could not be written: ${unwritten.message}\n`);
  process.exit(unwritten ? exitCodes.refused : code);
});
