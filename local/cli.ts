import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { messageOf, printable, RoomError } from './errors.ts';
import { type LocalRoom, type RoomOptions, startLocalRoom } from './room.ts';

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const defaultUrl = 'ws://127.0.0.1:9000';

/** Who looks after a room while it is open. */
export interface Caretaker {
  /** Environment variables of the room's functions, beside those the template gives them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sees to a room that is there, before anybody is told of it. Gives a line that its owner should read, if there is one. */
  prepare(room: LocalRoom): Promise<string | undefined>;
  /** Stays with it until it is to be closed, and gives the exit code. `end` asks that it be closed now. */
  attend?(room: LocalRoom): { readonly over: Promise<number>; end(): void };
}

/**
 * Runs a local room until it is told to stop: by its caretaker, by Ctrl+C or SIGTERM; a second time ends it at once.
 * @param argv arguments, without node and script.
 * @returns the exit code.
 */
export async function runLocalRoom(argv: readonly string[], caretaker: Caretaker): Promise<number> {
  let options: RoomOptions;
  try {
    options = parse(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  // Before the room is there, a signal still has to end what has been started.
  const signalled = new Promise<void>((resolve) => {
    for (const signal of endSignals) process.once(signal, () => resolve());
  });
  try {
    const room = await startLocalRoom({ ...options, environment: caretaker.environment });
    const notice = await caretaker.prepare(room);
    greet(room);
    if (notice !== undefined) process.stdout.write(`${printable(notice)}\n`);
    const attendance = caretaker.attend?.(room);
    if (attendance) void signalled.then(attendance.end);
    const stopped = attendance?.over ?? signalled.then(() => 0);
    const failed = new Promise<number>((resolve) => {
      room.onFailure((reason) => {
        process.stderr.write(`${reason}\n`);
        resolve(1);
      });
    });
    // Whoever cannot wait for the end asks twice.
    void signalled.then(() => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.on(signal, () => {
          room.kill();
          process.exit(1);
        });
      }
    });
    const code = await Promise.race([stopped, failed]);
    await room.close();
    return code;
  } catch (error) {
    if (!(error instanceof RoomError)) throw error;
    process.stderr.write(`${printable(error.message)}\n`);
    return 1;
  }
}

function greet(room: LocalRoom): void {
  const join = room.url === defaultUrl ? 'npm run chat' : `npm run chat -- --url ${room.url}`;
  process.stdout.write(`The room is open at ${room.url}\nJoin it from another terminal: ${join}\nCtrl+C stops it.\n`);
}

function parse(argv: readonly string[]): RoomOptions {
  const command = new Command('npm start --')
    .description('Run the room on this machine, with no cloud.')
    .option('--port <number>', 'port to listen on; 0 for any free one', integer(0, 65_535), 9000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <folder>', 'where the state is kept', '.local')
    .option('--fresh', 'forget the state that was kept', false)
    .option('--assembly <folder>', 'the synthesized stack', 'cdk.out')
    .option('--dynamodb <url>', 'use the DynamoDB at this endpoint instead of starting one', httpUrl)
    .option('--speed <factor>', "how many times as fast the room's clock runs, for tests", factor, 1)
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
  return { port, host, dataDir: data, fresh, assembly, speed, ...(dynamodb !== undefined && { dynamodb }) };
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
