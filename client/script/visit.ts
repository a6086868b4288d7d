import { endingLine } from '../chat/texts.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import {
  ConnectError,
  connect,
  type ForcedEnding,
  RefusalError,
  type RoomConnection,
  type RoomHandlers,
} from '../room/index.ts';
import { isClosedPipe } from '../terminal/closed-pipe.ts';

/** Who comes, where to, and who hears of it. */
export interface Visit {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Whether to wait, when the room is stopped, until it opens again. */
  readonly reconnect: boolean;
  /** Aborted when it is to end early. */
  readonly interruption: AbortSignal;
  /** Says why something was not done. */
  complain(message: string): void;
}

/** Comes in, does one thing, and leaves, whatever became of it. @throws that nobody reads what came of it. */
export async function visit(
  { url, user, password, reconnect, interruption, complain }: Visit,
  act: (room: RoomConnection) => Promise<ExitCode>,
  handlers: RoomHandlers = {},
): Promise<ExitCode> {
  try {
    const room = await connect({ url, reconnectAfterStop: reconnect, ...handlers });
    const leave = () => void room.leave();
    interruption.addEventListener('abort', leave, { once: true });
    if (interruption.aborted) leave();
    try {
      await room.login(user, password, { keepPassword: true });
      return await act(room);
    } finally {
      interruption.removeEventListener('abort', leave);
      await room.leave();
    }
  } catch (error) {
    if (!(error instanceof Error) || isClosedPipe(error)) throw error;
    // Whoever interrupts knows why it was not done.
    if (!interruption.aborted) complain(error.message);
    return exitCodeOf(error);
  }
}

/** Why a visit ended that was to go on. */
export function complainOf(ending: ForcedEnding, { complain }: Visit): ExitCode {
  complain(endingLine(ending));
  return ending.reason === 'kicked' ? exitCodes.refused : exitCodes.unreachable;
}

function exitCodeOf(error: Error): ExitCode {
  if (error instanceof RefusalError && error.code !== 'room-stopped') return exitCodes.refused;
  if (error instanceof ConnectError && error.failure === 'room-full') return exitCodes.refused;
  return exitCodes.unreachable;
}
