import { createHash, type Hash } from 'node:crypto';
import { constants, type FileHandle, link, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { foldName } from '../../protocol/index.ts';
import { TransferError } from './errors.ts';
import { localName, numbered } from './local-name.ts';
import { isOsError, osReason } from './os-errors.ts';
import { readChunks } from './read-chunks.ts';
import type { Part } from './receive.ts';

/** Identifies a waiting file. */
export interface Offered {
  readonly from: string;
  readonly name: string;
}

/** The file to download. */
export interface Content extends Offered {
  /** The receiving user: users who share a folder do not share part files. */
  readonly user: string | undefined;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** The part files that this process has open. */
const inUse = new Set<string>();

/** The common prefix of an offer's part files. Names that the room regards as the same give the same prefix. */
function offerPrefix(user: string | undefined, { from, name }: Offered): string {
  const offer = JSON.stringify([foldName(user ?? ''), foldName(from), name.normalize('NFC')]);
  return `.chat-${createHash('sha256').update(offer).digest('hex').slice(0, 16)}-`;
}

/**
 * An incomplete download. Its name in the download folder is derived from user, sender, file name and content, so that
 * a later download of the same file resumes it, in any process.
 */
export class PartFile implements Part {
  readonly #folder: string;
  readonly #fileName: string;
  readonly #content: Content;
  #handle: FileHandle;
  #hash: Hash = createHash('sha256');
  #length = 0;

  private constructor(folder: string, fileName: string, content: Content, handle: FileHandle) {
    this.#folder = folder;
    this.#fileName = fileName;
    this.#content = content;
    this.#handle = handle;
  }

  /**
   * Opens the part file of an earlier download, or creates one.
   * @throws {TransferError}
   */
  static async open(folder: string, content: Content): Promise<PartFile> {
    const fileName = `${offerPrefix(content.user, content)}${content.sha256}.part`;
    const path = join(folder, fileName);
    if (inUse.has(path)) {
      throw new TransferError('busy', `The file "${content.name}" from "${content.from}" is being received already.`);
    }
    inUse.add(path);
    try {
      await removeParts(folder, content.user, content, fileName);
      const part = new PartFile(folder, fileName, content, await openFile(path));
      try {
        await part.#takeStock();
      } catch (error) {
        await part.close();
        throw error;
      }
      return part;
    } catch (error) {
      inUse.delete(path);
      throw unwritable(content.name, error);
    }
  }

  /** Bytes received so far. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of the complete file. */
  get size(): number {
    return this.#content.size;
  }

  get isWhole(): boolean {
    return this.#length === this.#content.size && this.#hash.copy().digest('hex') === this.#content.sha256;
  }

  /** @throws {TransferError} */
  async append(chunk: Uint8Array): Promise<void> {
    if (this.#length + chunk.length > this.#content.size) {
      throw new TransferError('wrong-bytes', `The file "${this.#content.name}" is larger than announced.`);
    }
    try {
      for (let written = 0; written < chunk.length; ) {
        const { bytesWritten } = await this.#handle.write(
          chunk,
          written,
          chunk.length - written,
          this.#length + written,
        );
        written += bytesWritten;
      }
    } catch (error) {
      throw unwritable(this.#content.name, error);
    }
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  /** Discards the bytes received so far. */
  async beginAnew(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = createHash('sha256');
    this.#length = 0;
  }

  /**
   * Links the complete file to its name in the folder, or to the next free one like it. Nothing is overwritten. If the file
   * system has hard links, the part file stays as a second link, so that a client that crashes now finds it again.
   * @returns The name.
   * @throws {TransferError}
   */
  async publish(): Promise<string> {
    try {
      // A confirmed download must survive a power cut.
      await this.#handle.sync();
      const name = await this.#name();
      await syncFolder(this.#folder);
      return name;
    } catch (error) {
      throw unwritable(this.#content.name, error);
    }
  }

  /** Closes the part file; a later download can resume it. */
  async close(): Promise<void> {
    inUse.delete(join(this.#folder, this.#fileName));
    await this.#handle.close();
  }

  /** Removes the part file. */
  async remove(): Promise<void> {
    await rm(join(this.#folder, this.#fileName), { force: true });
  }

  async #takeStock(): Promise<void> {
    const { size, nlink } = await this.#handle.stat();
    if (size <= this.#content.size) {
      for await (const chunk of readChunks(this.#handle, size)) {
        this.#hash.update(chunk);
        this.#length += chunk.length;
      }
      if (this.isWhole || (nlink === 1 && this.#length < this.#content.size)) return;
    }
    if (nlink === 1) return this.beginAnew();
    // The file was already published, and the user has changed it since: leave it alone and start a new part file.
    await this.#handle.close();
    await this.remove();
    this.#handle = await openFile(join(this.#folder, this.#fileName));
    this.#hash = createHash('sha256');
    this.#length = 0;
  }

  async #name(): Promise<string> {
    const part = join(this.#folder, this.#fileName);
    const names = numbered(localName(this.#content.name));
    for (;;) {
      const { value: name } = names.next();
      const path = join(this.#folder, name);
      if ((await giveName(part, path)) || (await this.#is(path))) return name;
    }
  }

  /** Whether the path is a link to this file: an earlier client crashed before `filedone`. */
  async #is(path: string): Promise<boolean> {
    const [mine, other] = await Promise.all([this.#handle.stat({ bigint: true }), lstat(path, { bigint: true })]);
    return mine.ino === other.ino && mine.dev === other.dev;
  }
}

/** Removes the part files of an offer, except one. */
export async function removeParts(
  folder: string,
  user: string | undefined,
  offer: Offered,
  except?: string,
): Promise<void> {
  const prefix = offerPrefix(user, offer);
  // A folder that is missing or unreadable contains no part files.
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || name === except || inUse.has(join(folder, name))) continue;
    await rm(join(folder, name), { force: true });
  }
}

/**
 * Opens or creates a part file. Does not follow a symbolic link, which another user may have placed there.
 * @throws {TransferError}
 */
async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o666);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new TransferError('unwritable', `"${path}" is not a regular file. Remove it and try again.`);
}

/**
 * Adds a second name to a file if the name is free. On a file system without hard links, renames the file.
 * @returns Whether the name was free.
 */
export async function giveName(file: string, path: string, linkFile = link): Promise<boolean> {
  try {
    await linkFile(file, path);
    return true;
  } catch (error) {
    if (isOsError(error, 'EEXIST')) return false;
    if (!isOsError(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
  }
  try {
    // A rename overwrites its target, so create the target exclusively first.
    await (await open(path, 'wx')).close();
  } catch (error) {
    if (isOsError(error, 'EEXIST')) return false;
    throw error;
  }
  await rename(file, path);
  return true;
}

/** Makes a new directory entry survive a power cut. Windows needs no call for this. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function unwritable(name: string, error: unknown): unknown {
  if (!isOsError(error)) return error;
  return new TransferError('unwritable', `The file "${name}" cannot be saved here: ${osReason(error)}.`, error);
}
