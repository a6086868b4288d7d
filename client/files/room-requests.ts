import pRetry from 'p-retry';
import type { Arguments, Result } from '../../protocol/index.ts';
import { GatewayError, RefusalError, RequestTimeoutError, type RoomConnection } from '../room/common.ts';
import { TransferError } from './errors.ts';
import type { TransferTiming } from './timing.ts';

/** The part of a room connection that transfers use. */
export type FileRoom = Pick<RoomConnection, 'request' | 'user' | 'isEncrypted'>;

type FileAction = 'file' | 'fileget' | 'filedone' | 'filedecline';

export interface Patience {
  readonly timing: TransferTiming;
  readonly signal: AbortSignal;
}

/**
 * Whether a request may be retried: the room did not answer, or failed. The connection itself repeats requests after a
 * loss, and those that were too fast.
 */
const isWorthAnother = (error: unknown) =>
  error instanceof GatewayError ||
  error instanceof RequestTimeoutError ||
  (error instanceof RefusalError && error.code === 'internal');

/** Options of `p-retry` for a transfer's timing and signal. */
export const retryOptions = ({ timing, signal }: Patience) => ({
  retries: timing.retries,
  minTimeout: timing.retry,
  maxTimeout: timing.retryMost,
  randomize: true,
  signal,
});

/** Sends an idempotent request, with retries. Otherwise as {@link RoomConnection.request}. */
export function askRoom<A extends FileAction>(
  room: FileRoom,
  action: A,
  args: Arguments<A>,
  patience: Patience,
): Promise<Result<A>> {
  return pRetry(() => whileWanted(room.request(action, args), patience.signal), {
    ...retryOptions(patience),
    shouldRetry: ({ error }) => isWorthAnother(error),
  });
}

/**
 * Checks the address that the room returned for a file's bytes: a web address, and one with TLS if the room is reached
 * over TLS.
 * @throws {TransferError} if it does not.
 */
export function addressOf(room: FileRoom, url: string): string {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new TransferError('refused', 'The room returned a file address that is not http:// or https://.');
  }
  if (!room.isEncrypted || /^https:/i.test(url)) return url;
  throw new TransferError('refused', 'The room returned a file address without TLS.');
}

/** Awaits a promise until the signal aborts; then rejects with the signal's reason. */
function whileWanted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/**
 * Confirms or declines an offered file, with retries. If a retry finds that the file is no longer offered, an earlier
 * attempt succeeded.
 */
export async function settleOffer(
  room: FileRoom,
  action: 'filedone' | 'filedecline',
  offer: { readonly from: string; readonly name: string },
  patience: Patience,
): Promise<void> {
  let mayHaveArrived = false;
  await pRetry(
    async () => {
      try {
        const request = room.request(action, { from: offer.from, name: offer.name });
        await whileWanted(request, patience.signal);
      } catch (error) {
        if (mayHaveArrived && error instanceof RefusalError && error.code === 'no-such-file') return;
        mayHaveArrived ||= !(error instanceof RefusalError);
        throw error;
      }
    },
    { ...retryOptions(patience), shouldRetry: ({ error }) => isWorthAnother(error) },
  );
}
