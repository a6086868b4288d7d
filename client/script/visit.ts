import { endingLine, texts } from '../chat/texts.ts';
import { codeOf, type ExitCode, exitCodes } from '../exit-codes.ts';
import {
  ConnectError,
  connect,
  type ForcedEnding,
  mayBeDone,
  RefusalError,
  type RoomConnection,
  type RoomHandlers,
} from '../room/index.ts';
import { isClosedPipe, UnwrittenError } from '../terminal/unwritten.ts';

/** The room, the user, and where to report errors. */
export interface Visit {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** After a stop of the room, log in again when it opens. */
  readonly reconnect: boolean;
  /** Replace a session of the same user. */
  readonly takeOver: boolean;
  /** Aborted to end the visit early. */
  readonly interruption: AbortSignal;
  /** Reports why an action failed. */
  complain(message: string): void;
}

/** It is unknown whether the room has carried out the request. */
class InDoubtError extends Error {
  override readonly name = 'InDoubtError';
}

/** Throws the error of a request that changes something. */
export function throwFailure(error: Error): never {
  throw mayBeDone(error) ? new InDoubtError(error.message) : error;
}

/** Logs in, runs `act`, and leaves even if it failed. @throws {UnwrittenError} or EPIPE. */
export async function visit(
  { url, user, password, reconnect, takeOver, interruption, complain }: Visit,
  act: (room: RoomConnection) => Promise<ExitCode>,
  handlers: RoomHandlers = {},
): Promise<ExitCode> {
  try {
    const busy = () => complain(texts.busy);
    const room = await connect({ url, reconnectAfterStop: reconnect, signal: interruption, busy, ...handlers });
    const leave = () => void room.leave();
    interruption.addEventListener('abort', leave, { once: true });
    if (interruption.aborted) leave();
    try {
      await room.login(user, password, { keepPassword: true, takeOver });
      return await act(room);
    } finally {
      interruption.removeEventListener('abort', leave);
      await room.leave();
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UnwrittenError || isClosedPipe(error)) throw error;
    // After an interruption the user knows the reason.
    if (!interruption.aborted || error instanceof InDoubtError) complain(whyOf(error));
    return exitCodeOf(error);
  }
}

/** Reports why the room ended a visit. */
export function complainOf(ending: ForcedEnding, { complain }: Visit): ExitCode {
  complain(endingLine(ending));
  return codeOf(ending);
}

function whyOf(error: Error): string {
  if (!(error instanceof RefusalError)) return error.message;
  if (error.code === 'room-full') return texts.roomFull;
  const { since } = error.details;
  return since === undefined ? error.message : texts.useTakeOver(since);
}

function exitCodeOf(error: Error): ExitCode {
  if (error instanceof InDoubtError) return exitCodes.unclear;
  if (error instanceof RefusalError && error.code !== 'room-stopped') return exitCodes.refused;
  if (error instanceof ConnectError && error.failure === 'busy') return exitCodes.refused;
  return exitCodes.unreachable;
}
