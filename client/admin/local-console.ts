import * as v from 'valibot';
import { InteractiveScreen } from '../terminal/interactive-screen.ts';
import { type Line, span } from '../terminal/line.ts';
import { commandSet } from './command-set.ts';
import { Console } from './console.ts';
import { type ExitCode, exitCodes, messageOf, RefusedError, UnreachableError } from './errors.ts';
import { logText } from './log-line.ts';
import { RoomAdmin } from './room-admin.ts';
import { outputTo } from './run-command.ts';

/** A room that runs in this process. */
export interface RoomInProcess {
  /** Where its bucket is. */
  readonly bucket: string;
  /** Invokes the room's admin function. */
  invoke(payload: Record<string, unknown>): Promise<unknown>;
  /** Calls back with each line of the functions' log. */
  onLogLine(listener: (text: string) => void): void;
}

/** A console that is open. */
export interface OpenConsole {
  /** Resolves to the program's exit code: 0 if the room was stopped properly. */
  readonly over: Promise<ExitCode>;
  /** Stops the room, as `stop` does. */
  end(): void;
}

const adminOf = (room: RoomInProcess) =>
  new RoomAdmin(async () => ({
    bucket: room.bucket,
    opensWith: 'npm start',
    invoke: (payload) =>
      room.invoke(payload).catch((error: unknown) => {
        throw new UnreachableError(`The room's admin function failed: ${messageOf(error)}`);
      }),
  }));

/**
 * Starts a room that was stopped when its program ended.
 * @returns why it cannot be started; undefined if it was.
 */
export async function restart(room: RoomInProcess): Promise<string | undefined> {
  try {
    await adminOf(room).ask('start', {});
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error.message;
    throw error;
  }
}

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** The administrator's console, with the log above it. However it ends, it stops the room. */
export function localConsole(room: RoomInProcess, { input, output }: Terminal): OpenConsole {
  const interrupted = () => {
    if (!administrator.interrupt()) screen.endInput();
  };
  const admin = adminOf(room);
  const complete = (line: string) => commandSet.complete(line, admin);
  const screen = new InteractiveScreen({ input, output, interrupted, complete });
  const print = (...lines: Line[]) => screen.print(...lines);
  const administrator = new Console(admin, screen, outputTo(print, print, false));
  room.onLogLine((text) => {
    const line = parseLogLine(text);
    if (line) screen.print({ text: [span('quiet', logText(line.fields))], at: line.at });
  });
  const run = async (): Promise<ExitCode> => {
    const isStopped = await administrator.run(({ name, result }) => name === 'stop' && result === exitCodes.done);
    screen.endInput();
    if (isStopped) return exitCodes.done;
    const { result } = await administrator.runLine('stop');
    return result === 'quit' ? exitCodes.done : result;
  };
  return {
    over: run(),
    end: () => {
      administrator.interrupt();
      screen.endInput();
    },
  };
}

const auditLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ timestamp: v.pipe(v.string(), v.isoTimestamp()), message: v.string() }),
);

/** Parses a line of the audit log. Undefined for other lines, such as metrics. */
function parseLogLine(text: string): { at: Date; fields: Record<string, unknown> } | undefined {
  const { success, output } = v.safeParse(auditLine, text);
  return success ? { at: new Date(output.timestamp), fields: output } : undefined;
}
