import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { TransferError } from './errors.ts';
import { announcedName } from './local-name.ts';
import { osReason } from './os-errors.ts';
import { readChunks } from './read-chunks.ts';
import { assertSize, changed, type Source } from './send.ts';

/** A local file to send. It stays open, so that the same file is read even if its path is replaced. */
export class OutgoingFile implements Source {
  readonly #handle: FileHandle;
  readonly #path: string;
  readonly #opened: BigIntStats;
  /** The name for the room: the last segment of the path, as {@link announcedName} makes it. */
  readonly name: string;

  private constructor(handle: FileHandle, path: string, name: string, opened: BigIntStats) {
    this.#handle = handle;
    this.#path = path;
    this.#opened = opened;
    this.name = name;
  }

  /**
   * @param location Its path, or the bytes of its path if they are not UTF-8.
   * @throws {TransferError} if it is not a file that can be sent.
   */
  static async open(location: string | Buffer): Promise<OutgoingFile> {
    const path = String(location);
    const name = announcedName(basename(path));
    try {
      // Check before opening: opening a device can have effects, and opening a pipe blocks.
      assertFile(path, await stat(location, { bigint: true }));
      const handle = await open(location, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
      try {
        const opened = await handle.stat({ bigint: true });
        assertFile(path, opened);
        return new OutgoingFile(handle, path, name, opened);
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      if (error instanceof TransferError) throw error;
      throw new TransferError('unreadable', `The file "${path}" cannot be read: ${osReason(error)}.`, error);
    }
  }

  /** Size in bytes when it was opened. */
  get size(): number {
    return Number(this.#opened.size);
  }

  /** The SHA-256, in hexadecimal. */
  async digest(signal: AbortSignal, progress: (done: number) => void): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of this.read(progress)) {
      signal.throwIfAborted();
      hash.update(chunk);
    }
    await this.assertUnchanged();
    return hash.digest('hex');
  }

  /**
   * The bytes of the file, up to its size.
   * @throws {TransferError}
   */
  async *read(progress: (done: number) => void): AsyncGenerator<Buffer> {
    let done = 0;
    for await (const chunk of readChunks(this.#handle, this.size)) {
      done += chunk.length;
      yield chunk;
      progress(done);
    }
    if (done !== this.size) throw this.changed();
  }

  /** @throws {TransferError} if it has changed since it was opened. */
  async assertUnchanged(): Promise<void> {
    const { size, mtimeNs } = await this.#handle.stat({ bigint: true });
    if (size !== this.#opened.size || mtimeNs !== this.#opened.mtimeNs) throw this.changed();
  }

  changed(): TransferError {
    return changed(this.#path);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function assertFile(path: string, stats: BigIntStats): void {
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? 'a folder. Pack it into one file, and send that' : 'not a file';
    throw new TransferError('not-a-file', `"${path}" is ${what}.`);
  }
  assertSize(path, stats.size);
}
