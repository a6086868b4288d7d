import { join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { messageOf, printable, RoomError } from './errors.ts';
import { type LocalRoom, type RoomOptions, startLocalRoom } from './room.ts';

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const defaultUrl = 'ws://127.0.0.1:9000';

/** Options that a program adds to a local room. */
export interface RoomHooks {
  /** The folder of the default state and assembly. */
  readonly root: string;
  /** Environment variables of the room's functions, in addition to those in the template. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called before the room's address is printed. May return a line to print. */
  prepare(room: LocalRoom): Promise<string | undefined>;
  /** Runs a console. `over` resolves to the exit code when the console closes the room; `end` closes it now. */
  localConsole?(room: LocalRoom): { readonly over: Promise<number>; end(): void };
}

/**
 * Runs a local room until its console or a signal ends it. A second Ctrl+C ends it at once.
 * @param argv arguments, without node and script.
 * @returns the exit code.
 */
export async function runLocalRoom(argv: readonly string[], hooks: RoomHooks): Promise<number> {
  let options: RoomOptions;
  try {
    options = parse(argv, hooks.root);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  // The terminal or the reader of a pipe may close before the room does.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const signalled = firstSignal();
  try {
    const room = await startLocalRoom({ ...options, environment: hooks.environment });
    const notice = await hooks.prepare(room);
    greet(room);
    if (notice !== undefined) process.stdout.write(`${printable(notice)}\n`);
    const localConsole = hooks.localConsole?.(room);
    if (localConsole) void signalled.then(localConsole.end);
    const stopped = localConsole?.over ?? signalled.then(() => 0);
    const failed = new Promise<number>((resolve) => {
      room.onFailure((reason) => {
        process.stderr.write(`${reason}\n`);
        resolve(1);
      });
    });
    const code = await Promise.race([stopped, failed]);
    await room.close();
    return code;
  } catch (error) {
    if (!(error instanceof RoomError) && !isOfTheSystem(error)) throw error;
    process.stderr.write(`${printable(messageOf(error))}\n`);
    return 1;
  }
}

/** Whether the operating system refused something, such as to write to a full disk. */
const isOfTheSystem = (error: unknown) => error instanceof Error && 'syscall' in error;

/** Milliseconds in which a second SIGINT is the same Ctrl+C: the terminal and npm each send one. */
const sameKeyMs = 300;

/**
 * Resolves at the first signal. Further ones change nothing, because a terminal that closes sends several, and so do a
 * shell and npm that end. Only a second Ctrl+C makes the process exit, and dynoxide with it.
 */
function firstSignal(): Promise<void> {
  return new Promise((signalled) => {
    let interruptedAt = Number.POSITIVE_INFINITY;
    for (const signal of endSignals) {
      process.on(signal, () => {
        const now = performance.now();
        if (signal === 'SIGINT' && now - interruptedAt > sameKeyMs) process.exit(1);
        if (signal === 'SIGINT') interruptedAt = Math.min(interruptedAt, now);
        signalled();
      });
    }
  });
}

/** The number of addresses that the greeting names, of a machine with many. */
const greetedUrls = 3;

function greet({ url, urlsFromElsewhere, outputs }: LocalRoom): void {
  const join = (to: string) => (to === defaultUrl ? 'npm run chat' : `npm run chat -- --url ${to}`);
  const { PageUrl: page } = outputs;
  const lines = [
    ...(page === undefined ? [] : [`Open the room in a browser: ${page}`]),
    `The room is open at ${url}`,
    `Join it from another terminal: ${join(url)}`,
    ...urlsFromElsewhere.slice(0, greetedUrls).map((one) => `Join it from another machine: ${join(one)}`),
    'Ctrl+C stops it.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function parse(argv: readonly string[], root: string): RoomOptions {
  const command = new Command('npm start --')
    .description('Run the room on this machine, without AWS.')
    .option('--port <number>', 'port to listen on; 0 for any free port', integer(0, 65_535), 9000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <folder>', 'folder of the stored state', join(root, '.local'))
    .option('--fresh', 'delete the stored state first', false)
    .option('--assembly <folder>', 'folder of the synthesized stack', join(root, 'cdk.out'))
    .option('--dynamodb <url>', 'use the DynamoDB at this endpoint instead of starting one', httpUrl)
    .option('--speed <factor>', "speed of the room's clock, as a multiple of real time, for tests", factor, 1)
    .exitOverride()
    .allowExcessArguments(false);
  const { port, host, data, fresh, assembly, dynamodb, speed } = command.parse(argv, { from: 'user' }).opts<{
    port: number;
    host: string;
    data: string;
    fresh: boolean;
    assembly: string;
    dynamodb?: string;
    speed: number;
  }>();
  return {
    port,
    host,
    dataDir: resolve(data),
    fresh,
    assembly: resolve(assembly),
    speed,
    ...(dynamodb !== undefined && { dynamodb }),
  };
}

function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

function factor(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 10_000) return number;
  throw new InvalidArgumentError('Give a number above 0, at most 10000.');
}

function httpUrl(text: string): string {
  try {
    if (new URL(text).protocol === 'http:') return text;
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}.`);
  }
  throw new InvalidArgumentError('Give an http:// address.');
}
