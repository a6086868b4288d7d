import * as v from 'valibot';
import { InteractiveScreen } from '../terminal/interactive-screen.ts';
import { span } from '../terminal/line.ts';
import { type ExitCode, exitCodes, messageOf, RefusedError, UnreachableError } from './errors.ts';
import { logText } from './log-line.ts';
import { RoomAdmin } from './room-admin.ts';
import { Console, voiceOn } from './run.ts';
import { completions } from './understand.ts';

/** A room that runs in this very program. */
export interface RoomHere {
  /** Runs its admin function. */
  invoke(payload: Record<string, unknown>): Promise<unknown>;
  /** Calls back with every line that is written to its log. */
  hear(listener: (text: string) => void): void;
}

/** Somebody who looks after a room, until it is to be closed. */
export interface Attendance {
  /** The exit code of the program: whether the room was stopped as it should be. */
  readonly over: Promise<ExitCode>;
  /** Brings it to its end, as the administrator does. */
  end(): void;
}

const adminOf = (room: RoomHere) =>
  new RoomAdmin((payload) =>
    room.invoke(payload).catch((error: unknown) => {
      throw new UnreachableError(`The room's admin function failed: ${messageOf(error)}`);
    }),
  );

/**
 * Opens a room that was stopped when its program ended.
 * @returns why it stays closed, if it does.
 */
export async function openAgain(room: RoomHere): Promise<string | undefined> {
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

/** The administrator's console with the log above it. Every way out of it stops the room. */
export function attend(room: RoomHere, { input, output }: Terminal): Attendance {
  const leave = () => {
    if (!desk.interrupt()) screen.endInput();
  };
  const screen = new InteractiveScreen({ input, output, interrupted: leave, complete: completions });
  const print = (...lines: string[]) => screen.print(...lines);
  const desk = new Console(adminOf(room), screen, voiceOn(print, print, false));
  room.hear((text) => {
    const line = parseLine(text);
    if (line) screen.print({ text: [span('quiet', logText(line.fields))], at: line.at });
  });
  const attendance = async () => {
    const stopped = await desk.run((said, code) => /^stop\b/i.test(said) && code === exitCodes.done);
    screen.endInput();
    return stopped ? exitCodes.done : desk.say('stop');
  };
  return {
    over: attendance(),
    end: () => {
      desk.interrupt();
      screen.endInput();
    },
  };
}

const deedLine = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ timestamp: v.pipe(v.string(), v.isoTimestamp()), message: v.string() }),
);

/** A line of the log, if it is one that says what was done, and not what the machine measures. */
function parseLine(text: string): { at: Date; fields: Record<string, unknown> } | undefined {
  const { success, output } = v.safeParse(deedLine, text);
  return success ? { at: new Date(output.timestamp), fields: output } : undefined;
}
