import pRetry from 'p-retry';
import type { Arguments, Result } from '../../protocol/index.ts';
import { GatewayError, RefusalError, RequestTimeoutError, type RoomConnection } from '../room/index.ts';
import { TransferError } from './errors.ts';
import type { TransferTiming } from './timing.ts';

/** What transfers need of a connection to the room. */
export type FileRoom = Pick<RoomConnection, 'request' | 'user' | 'isEncrypted'>;

type FileAction = 'file' | 'fileget' | 'filedone' | 'filedecline';

export interface Patience {
  readonly timing: TransferTiming;
  readonly signal: AbortSignal;
}

const passing: ReadonlySet<string> = new Set(['rate-limited', 'internal']);

/** Whether the room failed to answer, or asks for another try. What a lost connection left unanswered the connection asks again. */
const isWorthAnother = (error: unknown) =>
  error instanceof GatewayError ||
  error instanceof RequestTimeoutError ||
  (error instanceof RefusalError && passing.has(error.code));

/** Options of `p-retry` for whatever is tried under these conditions. */
export const retryOptions = ({ timing, signal }: Patience) => ({
  retries: timing.retries,
  minTimeout: timing.retry,
  maxTimeout: timing.retryMost,
  randomize: true,
  signal,
});

/** Asks the room what may be asked twice, as often as it takes; as {@link RoomConnection.request} otherwise. */
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
 * The address of a file's bytes, as the room gave it. A room that is reached over TLS has its files over TLS, too.
 * @throws {TransferError} if this one has not.
 */
export function addressOf(room: FileRoom, url: string): string {
  if (!room.isEncrypted || /^https:/i.test(url)) return url;
  throw new TransferError('refused', 'The room named a place for the file that is not protected by TLS.');
}

/** A promise that fails, with the signal's reason, when it is no longer waited for. */
function whileWanted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

/**
 * Tells the room that an offered file is settled. When it is no longer offered although an earlier try may have arrived,
 * that try did.
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
