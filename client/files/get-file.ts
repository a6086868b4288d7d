import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { RefusalError, UnexpectedReplyError } from '../room/index.ts';
import { TransferError } from './errors.ts';
import { bodyOf, exchange, NetworkError, readShort } from './http.ts';
import { PartFile, removeParts } from './part-file.ts';
import { addressOf, askRoom, type FileRoom, type Patience, retryOptions, settleOffer } from './room-requests.ts';
import { finalError, isOver, storeError } from './store-errors.ts';
import { ExpiredError, patienceOf, type TransferOptions } from './transfer-options.ts';

export interface GetOptions extends TransferOptions {
  readonly from: string;
  readonly name: string;
  /** The download folder. Nothing is written outside it, and nothing in it is overwritten. */
  readonly folder: string;
  /** Called before the first byte, when the room has the file ready, with its size in bytes. */
  readonly accepted?: (size: number) => void;
}

/** A complete local file that the room no longer stores. */
export interface GotFile {
  /** The local name. It differs from the sender's name if that was taken or is not allowed here. */
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The room's answer to the recipient's `fileget`. */
interface Offer {
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/**
 * Downloads a file that waits for the user, and confirms it to the room. Resumes an interrupted download.
 *
 * @throws {TransferError} whose message is one line for users.
 * @throws {RefusalError} if no such file waits.
 * @throws as {@link RoomConnection.request}; the signal's reason.
 */
export async function getFile(room: FileRoom, options: GetOptions): Promise<GotFile> {
  const { from, name, folder } = options;
  const patience = patienceOf(options);
  const offer = await askForOffer(room, options, patience).catch(async (error: unknown) => {
    // The file is gone from the room, so a part file is useless. An earlier run may have crashed after `filedone`.
    if (isGone(error)) await removeParts(folder, room.user, options);
    throw error;
  });
  const content = { user: room.user, from, name, size: offer.size, sha256: offer.sha256 };
  const part = await PartFile.open(folder, content);
  try {
    options.accepted?.(offer.size);
    const download = new Download(part, offer, () => askForOffer(room, options, patience, offer.sha256), patience);
    await download.complete((done) => options.progress?.({ phase: 'receiving', done, total: offer.size }));
    const savedAs = await part.publish();
    await settleOffer(room, 'filedone', { from, name }, patience).catch((error: unknown) => {
      // The file is here and gone from the room: nothing is left to do.
      if (!isGone(error)) throw error;
    });
    await part.remove();
    return { name: savedAs, path: join(folder, savedAs), size: offer.size, sha256: offer.sha256 };
  } catch (error) {
    patience.signal.throwIfAborted();
    throw finalError(error, `The file "${name}" could not be received`);
  } finally {
    await part.close();
  }
}

const isGone = (error: unknown) => error instanceof RefusalError && error.code === 'no-such-file';

/** @param expected The file's SHA-256, if known. */
async function askForOffer(
  room: FileRoom,
  { from, name }: GetOptions,
  patience: Patience,
  expected?: string,
): Promise<Offer> {
  const { url, size, sha256 } = await askRoom(room, 'fileget', { from, name }, patience);
  if (url === undefined || size === undefined || sha256 === undefined) throw new UnexpectedReplyError('fileget');
  if (expected !== undefined && sha256 !== expected) {
    throw new TransferError(
      'changed',
      `"${from}" has sent another file "${name}" in the meantime. Please get it again.`,
    );
  }
  return { url: addressOf(room, url), size, sha256 };
}

/** Downloads the rest of a file, with retries. */
class Download {
  readonly #part: PartFile;
  readonly #askForOffer: () => Promise<Offer>;
  readonly #patience: Patience;
  /** The offer for the next request. After a use its URL may have expired. */
  #offer: Offer | undefined;
  #isFresh = true;

  constructor(part: PartFile, offer: Offer, askForOffer: () => Promise<Offer>, patience: Patience) {
    this.#part = part;
    this.#offer = offer;
    this.#askForOffer = askForOffer;
    this.#patience = patience;
  }

  async complete(progress: (done: number) => void): Promise<void> {
    const part = this.#part;
    let reached = part.length;
    let hasMoved = false;
    let mayBeginAnew = true;
    await pRetry(
      async () => {
        progress(part.length);
        if (part.length < part.size) await this.#bringRest(progress);
        if (part.isWhole) return;
        await part.beginAnew();
        throw new TransferError('wrong-bytes', 'The received bytes are not those of the announced file.');
      },
      {
        ...retryOptions(this.#patience),
        shouldRetry: ({ error }) => {
          if (error instanceof NetworkError || error instanceof ExpiredError) return true;
          // The old part file may have been wrong, so one restart is allowed.
          const again = mayBeginAnew && error instanceof TransferError && error.failure === 'wrong-bytes';
          mayBeginAnew &&= !again;
          return again;
        },
        onFailedAttempt: () => {
          hasMoved = part.length > reached;
          reached = part.length;
        },
        // A download that makes progress is retried without limit.
        shouldConsumeRetry: async () => {
          const { timing, signal } = this.#patience;
          if (hasMoved) await sleep(timing.retry, undefined, { signal });
          return !hasMoved;
        },
      },
    );
  }

  async #bringRest(progress: (done: number) => void): Promise<void> {
    const part = this.#part;
    const response = await this.#request(part.length);
    // A store without range requests sends the whole file.
    if (response.statusCode === 200 && part.length > 0) await part.beginAnew();
    for await (const chunk of bodyOf(response)) {
      await part.append(chunk);
      progress(part.length);
    }
    if (part.length < part.size) throw new NetworkError('the connection was closed before the file was complete');
  }

  async #request(from: number): Promise<IncomingMessage> {
    this.#offer ??= await this.#askForOffer();
    const isFresh = this.#isFresh;
    this.#isFresh = false;
    const response = await exchange({
      url: this.#offer.url,
      method: 'GET',
      headers: from > 0 ? { range: `bytes=${from}-` } : {},
      ...this.#patience,
    });
    const { statusCode: status = 0 } = response;
    if (status === 200 || status === 206) return response;
    const answer = await readShort(response);
    const mayBeAskedAgain = isOver(status, answer) || (!isFresh && (status === 403 || status === 404));
    if (!mayBeAskedAgain) throw storeError(status, answer);
    this.#offer = undefined;
    this.#isFresh = true;
    throw new ExpiredError();
  }
}
