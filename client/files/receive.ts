import pRetry from 'p-retry';
import { RefusalError, UnexpectedReplyError } from '../room/common.ts';
import { sleep } from '../room/timers.ts';
import { ExpiredError, NetworkError, TransferError } from './errors.ts';
import { addressOf, askRoom, type FileRoom, type Patience, retryOptions, settleOffer } from './room-requests.ts';
import { finalError, isOver, storeError } from './store-errors.ts';
import { patienceOf, type TransferOptions } from './transfer-options.ts';

export interface GetOptions extends TransferOptions {
  readonly from: string;
  readonly name: string;
  /** Called before the first byte, when the room has the file ready, with its size in bytes. */
  readonly accepted?: (size: number) => void;
}

/** The room's answer to the recipient's `fileget`. */
export interface Offer {
  readonly url: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** An incomplete download. */
export interface Part {
  /** Bytes received so far. */
  readonly length: number;
  /** Bytes of the complete file. */
  readonly size: number;
  /** Whether it is complete and has the announced checksum. */
  readonly isWhole: boolean;
  /** @throws {TransferError} */
  append(chunk: Uint8Array): Promise<void>;
  /** Discards the bytes received so far. */
  beginAnew(): Promise<void>;
  /** Gives the complete file to the user, under the name that is returned. @throws {TransferError} */
  publish(): Promise<string>;
  /** Removes what a later download could resume. */
  remove(): Promise<void>;
  /** Releases it; a later download may resume it. */
  close(): Promise<void>;
}

/** The store's answer to a download. Read its chunks or its text. */
export interface Incoming {
  readonly status: number;
  /** @throws {NetworkError} also if it ends before its announced length. */
  chunks(): AsyncIterable<Uint8Array>;
  /** A short body. @throws {NetworkError} */
  text(): Promise<string>;
}

/**
 * Requests the bytes of a file from one on.
 * @throws {NetworkError | TransferError}, or the signal's reason.
 */
export type Download = (url: string, from: number, patience: Patience) => Promise<Incoming>;

export interface Receiving {
  open(offer: Offer): Promise<Part>;
  /** The room does not have the file: removes what a download could have resumed. */
  gone?(): Promise<void>;
  readonly download: Download;
}

/** A file that was received, and that the room no longer stores. */
export interface Received extends Pick<Offer, 'size' | 'sha256'> {
  readonly name: string;
}

/**
 * Downloads a file into a part, gives it to the user, and confirms it to the room.
 * @throws as `getFile`.
 */
export async function receive(room: FileRoom, options: GetOptions, receiving: Receiving): Promise<Received> {
  const { from, name } = options;
  const patience = patienceOf(options);
  const offer = await askForOffer(room, options, patience).catch(async (error: unknown) => {
    // The file is gone from the room, so a part file is useless. An earlier run may have crashed after `filedone`.
    if (isGone(error)) await receiving.gone?.();
    throw error;
  });
  const part = await receiving.open(offer);
  try {
    options.accepted?.(offer.size);
    const askAgain = () => askForOffer(room, options, patience, offer.sha256);
    const transfer = new Transfer(part, offer, askAgain, receiving.download, patience);
    await transfer.complete((done) => options.progress?.({ phase: 'receiving', done, total: offer.size }));
    const savedAs = await part.publish();
    await settleOffer(room, 'filedone', { from, name }, patience).catch((error: unknown) => {
      // The file is here and gone from the room: nothing is left to do.
      if (!isGone(error)) throw error;
    });
    await part.remove();
    return { name: savedAs, size: offer.size, sha256: offer.sha256 };
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
class Transfer {
  readonly #part: Part;
  readonly #askForOffer: () => Promise<Offer>;
  readonly #download: Download;
  readonly #patience: Patience;
  /** The offer for the next request. After a use its URL may have expired. */
  #offer: Offer | undefined;
  #isFresh = true;

  constructor(part: Part, offer: Offer, askForOffer: () => Promise<Offer>, download: Download, patience: Patience) {
    this.#download = download;
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
          if (hasMoved) await sleep(timing.retry, signal);
          return !hasMoved;
        },
      },
    );
  }

  async #bringRest(progress: (done: number) => void): Promise<void> {
    const part = this.#part;
    const response = await this.#request(part.length);
    // A store without range requests sends the whole file.
    if (response.status === 200 && part.length > 0) await part.beginAnew();
    for await (const chunk of response.chunks()) {
      await part.append(chunk);
      progress(part.length);
    }
    if (part.length < part.size) throw new NetworkError('the connection was closed before the file was complete');
  }

  async #request(from: number): Promise<Incoming> {
    this.#offer ??= await this.#askForOffer();
    const isFresh = this.#isFresh;
    this.#isFresh = false;
    const response = await this.#download(this.#offer.url, from, this.#patience);
    const { status } = response;
    if (status === 200 || status === 206) return response;
    const answer = await response.text();
    const mayBeAskedAgain = isOver(status, answer) || (!isFresh && (status === 403 || status === 404));
    if (!mayBeAskedAgain) throw storeError(status, answer);
    this.#offer = undefined;
    this.#isFresh = true;
    throw new ExpiredError();
  }
}
