import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { TransferError } from './errors.ts';
import { announcedName } from './local-name.ts';
import { assertSize, changed, type Source } from './send.ts';

/** Read and hashed at once, in bytes: a few milliseconds, so that the page stays responsive. */
const chunkBytes = 512 * 1024;

/**
 * A file that a user has chosen on a page, or other bytes in memory. A browser refuses to read a file that has changed
 * since.
 */
export class BlobSource implements Source {
  readonly name: string;
  readonly blob: Blob;
  readonly #ownName: string;

  /** @throws {TransferError} if it cannot be sent. */
  constructor(blob: Blob, ownName: string) {
    this.name = announcedName(ownName);
    assertSize(ownName, blob.size);
    this.blob = blob;
    this.#ownName = ownName;
  }

  get size(): number {
    return this.blob.size;
  }

  /** Web Crypto has no hash for a stream, and none at all on a page that came over plain HTTP. */
  async digest(signal: AbortSignal, progress: (done: number) => void): Promise<string> {
    const hash = sha256.create();
    for (let start = 0; start < this.size; start += chunkBytes) {
      const chunk = await this.#read(start, Math.min(start + chunkBytes, this.size));
      signal.throwIfAborted();
      hash.update(chunk);
      progress(start + chunk.length);
    }
    return bytesToHex(hash.digest());
  }

  async assertUnchanged(): Promise<void> {
    await this.#read(0, 1);
  }

  changed(): TransferError {
    return changed(this.#ownName);
  }

  async close(): Promise<void> {}

  async #read(start: number, end: number): Promise<Uint8Array> {
    try {
      return new Uint8Array(await this.blob.slice(start, end).arrayBuffer());
    } catch (error) {
      const line = `The file "${this.#ownName}" cannot be read, or it has changed. Please choose it again.`;
      throw new TransferError('unreadable', line, error);
    }
  }
}
