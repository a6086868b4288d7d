import type { RoomEvent } from '../../protocol/index.ts';
import { messageLine, noticeLine } from '../chat/texts.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { jsonLine } from '../terminal/json-line.ts';
import type { Line } from '../terminal/line.ts';
import { Painter } from '../terminal/painter.ts';
import { printable } from '../terminal/printable.ts';
import { isClosedPipe, UnwrittenError } from '../terminal/unwritten.ts';
import { complainOf, throwFailure, type Visit, visit } from './visit.ts';

/** Where data goes, and in which form. */
export interface Output {
  readonly json: boolean;
  /** The width of a terminal; infinite for other output. */
  readonly columns: number;
  /**
   * Resolves when the line is written.
   * @throws {UnwrittenError} or EPIPE.
   */
  write(line: string): Promise<void>;
}

/** Adds to the error of a write that the message was sent, so that nobody sends it twice. */
function throwUnwritten(error: Error): never {
  throw error instanceof UnwrittenError ? new UnwrittenError(`${error.message} The message was sent.`) : error;
}

/** Says something to one user: prints whether it was `delivered` or `stored`. */
export function send(by: Visit, { json, write }: Output, to: string, text: string): Promise<ExitCode> {
  return visit(by, async (room) => {
    const { delivery, seq, sentAt } = await room.request('message', { to, text }).catch(throwFailure);
    await write(json ? jsonLine({ delivery, seq, sentAt }) : delivery).catch(throwUnwritten);
    return exitCodes.done;
  });
}

/** Says something to everyone: prints how many were online. */
export function broadcast(by: Visit, { json, write }: Output, text: string): Promise<ExitCode> {
  return visit(by, async (room) => {
    const { online, seq, sentAt } = await room.request('broadcast', { text }).catch(throwFailure);
    await write(json ? jsonLine({ online, seq, sentAt }) : String(online)).catch(throwUnwritten);
    return exitCodes.done;
  });
}

/** Prints the other users online, one per line. */
export function whoelse(by: Visit, { json, write }: Output): Promise<ExitCode> {
  return visit(by, async (room) => {
    const { users, total } = await room.request('whoelse', {});
    if (json) await write(jsonLine({ users, total }));
    else for (const user of users) await write(printable(user));
    return exitCodes.done;
  });
}

/** Prints missed and new messages, logins and logouts, until it is interrupted or its output is closed. */
export function tail(by: Visit, { json, columns, write }: Output): Promise<ExitCode> {
  const painter = new Painter(1);
  const textOf = (line: Line) => painter.rows(line, columns).join('\n');
  return visit(
    by,
    async (room) => {
      const ending = await room.ended;
      if (ending.reason === 'logout') return exitCodes.done;
      const { cause } = { cause: undefined, ...ending };
      if (isClosedPipe(cause) || cause instanceof UnwrittenError) throw cause;
      return complainOf(ending, by);
    },
    {
      // A message is acknowledged after it is written, so the next `tail` starts with the first message not printed.
      message: (message) => write(json ? jsonEvent(message) : textOf(messageLine(message, undefined))),
      notice: (notice) => void write(json ? jsonEvent(notice) : textOf(noticeLine(notice))).catch(() => {}),
    },
  );
}

/** An event without its frame's `type`. */
const jsonEvent = ({ type: _type, ...event }: RoomEvent) => jsonLine(event);
