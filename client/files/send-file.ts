import pRetry from 'p-retry';
import type { Result } from '../../protocol/index.ts';
import { RefusalError } from '../room/index.ts';
import { exchange, NetworkError, readShort } from './http.ts';
import { portableName } from './local-name.ts';
import { OutgoingFile } from './outgoing-file.ts';
import type { Progress } from './progress.ts';
import { addressOf, askRoom, type FileRoom, type Patience, retryOptions } from './room-requests.ts';
import { finalError, isOver, storeError } from './store-errors.ts';
import { ExpiredError, patienceOf, type TransferOptions } from './transfer-options.ts';

export interface SendOptions extends TransferOptions {
  readonly to: string;
  /** The path of the file, or the bytes of a path that is not UTF-8. The recipient sees its last segment. */
  readonly path: string | Buffer;
  /** Called when the room has accepted the file, under this name, and the upload begins. */
  readonly accepted?: (name: string) => void;
}

/** A file that was uploaded completely. */
export interface SentFile {
  /** The name in the room. It differs from that of the local file if the room does not take it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

type Place = Result<'file'>;

/**
 * Sends a file to a user, online or not. The room notifies the recipient when the upload is complete.
 *
 * @throws {TransferError} whose message is one line for users.
 * @throws {RefusalError} if the room refuses the file.
 * @throws as {@link RoomConnection.request}; the signal's reason.
 */
export async function sendFile(room: FileRoom, options: SendOptions): Promise<SentFile> {
  const patience = patienceOf(options);
  const file = await OutgoingFile.open(options.path);
  const report = (phase: Progress['phase']) => (done: number) => options.progress?.({ phase, done, total: file.size });
  try {
    const sha256 = await file.digest(patience.signal, report('checking'));
    const { size } = file;
    let { name } = file;
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
    await uploadPersistently(file, place, askForPlace, report('sending'), patience);
    return { name, size, sha256 };
  } catch (error) {
    patience.signal.throwIfAborted();
    throw finalError(error, `The file "${file.name}" could not be sent`);
  } finally {
    await file.close();
  }
}

/** Uploads with retries. They are safe, because a conditional request creates the object only once. */
async function uploadPersistently(
  file: OutgoingFile,
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
        await upload(file, place, isFresh, progress, patience);
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

async function upload(
  file: OutgoingFile,
  { url, method, headers }: Place,
  isFresh: boolean,
  progress: (done: number) => void,
  { timing, signal }: Patience,
): Promise<void> {
  await file.assertUnchanged();
  const response = await exchange({
    url,
    method,
    headers: { ...headers, 'content-length': String(file.size) },
    body: () => file.read(progress),
    timing,
    signal,
  });
  const { statusCode: status = 0 } = response;
  const answer = await readShort(response);
  if (status >= 200 && status < 300) return;
  // The object exists: an earlier attempt created it.
  if (status === 412) return;
  if ((status === 403 && !isFresh) || isOver(status, answer)) throw new ExpiredError();
  if (status === 400 && /<Code>(BadDigest|XAmzContentChecksumMismatch|XAmzContentSHA256Mismatch)</.test(answer)) {
    throw file.changed();
  }
  throw storeError(status, answer);
}
