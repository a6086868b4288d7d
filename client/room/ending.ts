import { ConnectError, RefusalError } from './errors.ts';

/** Why a connection ended, other than by `leave()`. `seconds` is the room's TIME_OUT; `retryAfter` is in seconds. */
export type ForcedEnding =
  | { readonly reason: 'timeout'; readonly seconds: number }
  | { readonly reason: 'kicked'; readonly why: string }
  | { readonly reason: 'stop'; readonly message?: string; readonly retryAfter?: number }
  /** The session continues over another program's connection. */
  | { readonly reason: 'replaced' }
  /** The connection was lost and could not be restored. */
  | { readonly reason: 'lost'; readonly cause: unknown }
  /** A handler failed. */
  | { readonly reason: 'failed'; readonly cause: unknown };

/** Why a connection ended. */
export type Ending = { readonly reason: 'logout' } | ForcedEnding;

/** Temporary refusals of a resume or a login. */
const passing: ReadonlySet<string> = new Set(['room-full', 'rate-limited', 'internal', 'already-online']);

/**
 * Whether a lost connection cannot be restored after this error of an attempt.
 * @param waitsForStart Whether the client waits for a stopped room to open.
 */
export function isFinal(error: unknown, waitsForStart: boolean): boolean {
  if (isStopped(error)) return !waitsForStart;
  if (isReplaced(error)) return true;
  return error instanceof RefusalError && !passing.has(error.code);
}

/** How a connection ends that could not be restored. */
export function endingAfter(error: unknown): ForcedEnding {
  if (isReplaced(error)) return { reason: 'replaced' };
  if (error instanceof RefusalError && error.code === 'kicked')
    return { reason: 'kicked', why: error.details.reason ?? error.message };
  return isStopped(error) ? { reason: 'stop' } : { reason: 'lost', cause: error };
}

/** Whether a room that was stopped refused the connection. */
const isStopped = (error: unknown) =>
  (error instanceof ConnectError && error.failure === 'room-stopped') ||
  (error instanceof RefusalError && error.code === 'room-stopped');

/**
 * Whether a refused login means that the session continues over another program's connection. A room of an earlier
 * version gives no time, and may mean this program's own dead connection.
 */
const isReplaced = (error: unknown) =>
  error instanceof RefusalError && error.code === 'already-online' && error.details.since !== undefined;
