import pRetry from 'p-retry';
import type { Result } from '../../protocol/index.ts';
import { RefusalError } from '../room/common.ts';
import { ExpiredError, NetworkError, TransferError } from './errors.ts';
import { portableName } from './local-name.ts';
import type { Progress } from './progress.ts';
import { addressOf, askRoom, type FileRoom, type Patience, retryOptions } from './room-requests.ts';
import { finalError, isOver, storeError } from './store-errors.ts';
import { patienceOf, type TransferOptions } from './transfer-options.ts';

/** S3's limit for one PUT, in bytes. */
const mostBytes = 5 * 1024 ** 3;

export interface SendOptions extends TransferOptions {
  readonly to: string;
  /** Called when the room has accepted the file, under this name, and the upload begins. */
  readonly accepted?: (name: string) => void;
}

/** A local file to send. */
export interface Source {
  /** The name for the room, as `announcedName` makes it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The SHA-256, in hexadecimal. @throws {TransferError} */
  digest(signal: AbortSignal, progress: (done: number) => void): Promise<string>;
  /** @throws {TransferError} if it has changed since it was opened. */
  assertUnchanged(): Promise<void>;
  changed(): TransferError;
  close(): Promise<void>;
}

/** The store's answer, with its body. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export type Place = Result<'file'>;

/**
 * Uploads the bytes of a source.
 * @throws {NetworkError}, the source's error, or the signal's reason.
 */
export type Upload<S> = (
  source: S,
  place: Place,
  progress: (done: number) => void,
  patience: Patience,
) => Promise<Answer>;

/** @throws {TransferError} if S3 would refuse a file of this size. */
export function assertSize(name: string, bytes: number | bigint): void {
  if (bytes <= mostBytes) return;
  throw new TransferError('too-large', `The file "${name}" is too large: a file may have 5 GiB at the most.`);
}

export const changed = (name: string): TransferError =>
  new TransferError('changed', `The file "${name}" changed while it was being sent. Please send it again.`);

/** A file that was uploaded completely. */
export interface SentFile {
  /** The name in the room. It differs from that of the local file if the room does not take it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/**
 * Announces a file and uploads it, with retries. Closes the source.
 * @throws as `sendFile`.
 */
export async function send<S extends Source>(
  room: FileRoom,
  source: S,
  options: SendOptions,
  upload: Upload<S>,
): Promise<SentFile> {
  const patience = patienceOf(options);
  const report = (phase: Progress['phase']) => (done: number) =>
    options.progress?.({ phase, done, total: source.size });
  try {
    const sha256 = await source.digest(patience.signal, report('checking'));
    const { size } = source;
    let { name } = source;
    const askForPlace = async () => {
      const place = await askRoom(room, 'file', { to: options.to, name, size, sha256 }, patience);
      return { ...place, url: addressOf(room, place.url) };
    };
    const place = await askForPlace().catch((error: unknown) => {
      const portable = portableName(name);
      if (!(error instanceof RefusalError) || error.code !== 'invalid-file-name' || portable === name) throw error;
      // An older room takes fewer names.
      name = portable;
      return askForPlace();
    });
    options.accepted?.(name);
    await uploadPersistently(source, upload, place, askForPlace, report('sending'), patience);
    return { name, size, sha256 };
  } catch (error) {
    patience.signal.throwIfAborted();
    throw finalError(error, `The file "${source.name}" could not be sent`);
  } finally {
    await source.close();
  }
}

/** Uploads with retries. They are safe, because a conditional request creates the object only once. */
async function uploadPersistently<S extends Source>(
  source: S,
  upload: Upload<S>,
  first: Place,
  askForPlace: () => Promise<Place>,
  progress: (done: number) => void,
  patience: Patience,
): Promise<void> {
  let place: Place | undefined = first;
  let mayBeThere = false;
  await pRetry(
    async (attempt) => {
      const isFresh = attempt === 1 || place === undefined;
      try {
        place ??= await askForPlace();
        await source.assertUnchanged();
        judge(source, await upload(source, place, progress, patience), isFresh);
      } catch (error) {
        // An earlier attempt succeeded, and its response was lost.
        if (mayBeThere && error instanceof RefusalError && error.code === 'file-exists') return;
        mayBeThere ||= error instanceof NetworkError;
        if (error instanceof ExpiredError) place = undefined;
        throw error;
      }
    },
    {
      ...retryOptions(patience),
      shouldRetry: ({ error }) => error instanceof NetworkError || error instanceof ExpiredError,
    },
  );
}

/** @param isFresh Whether the address has not been used before. */
function judge(source: Source, { status, text }: Answer, isFresh: boolean): void {
  if (status >= 200 && status < 300) return;
  // The object exists: an earlier attempt created it.
  if (status === 412) return;
  if ((status === 403 && !isFresh) || isOver(status, text)) throw new ExpiredError();
  if (status === 400 && /<Code>(BadDigest|XAmzContentChecksumMismatch|XAmzContentSHA256Mismatch)</.test(text)) {
    throw source.changed();
  }
  throw storeError(status, text);
}
