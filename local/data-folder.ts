import { access, constants, type FileHandle, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { codeOf, messageOf, printable, RoomError } from './errors.ts';
import { logFileName, logFileNames } from './logs/log-files.ts';

/** The number of runs whose logs are kept. */
const keptLogs = 10;

/** What the console needs to administer a local room. */
export interface RoomFile {
  readonly url: string;
  readonly origin: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** The stack's outputs, with the addresses of this room. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The folder of a room's state. Only one room at a time can use it. */
export class DataFolder {
  readonly path: string;
  readonly #lock: FileHandle;

  private constructor(path: string, lock: FileHandle) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Creates a folder if it is missing, and locks it.
   * @throws RoomError if the folder is not writable, or another room uses it.
   */
  static async take(folder: string): Promise<DataFolder> {
    const path = resolve(folder);
    try {
      await mkdir(join(path, 'log'), { recursive: true, mode: 0o700 });
      await access(path, constants.W_OK);
    } catch (error) {
      throw new RoomError(`${path} cannot be written: ${messageOf(error)}`);
    }
    const lock = await open(join(path, 'lock'), 'a', 0o600).catch((error: unknown) => {
      throw new RoomError(`${path} cannot be written: ${messageOf(error)}`);
    });
    // A lock of the kernel, which releases it when the process ends for any reason.
    if (!tryLock(lock.fd)) {
      await lock.close();
      const holder = /"url": ?"([^"]+)"/.exec(await readFile(join(path, 'room.json'), 'utf8').catch(() => ''))?.[1];
      throw new RoomError(
        `${path} is in use by another room${holder === undefined ? '' : ` (${printable(holder)})`}; choose another with --data`,
      );
    }
    return new DataFolder(path, lock);
  }

  get dynoxide(): { database: string; pid: string; log: string } {
    return {
      database: this.#file('dynamodb.sqlite'),
      pid: this.#file('dynoxide.json'),
      log: this.#file('log', 'dynoxide.log'),
    };
  }

  /** The file of the dead letters. */
  get deadLetters(): string {
    return this.#file('dead-letters.jsonl');
  }

  /** The folder of S3's objects. */
  get objects(): string {
    return this.#file('s3');
  }

  get logFolder(): string {
    return this.#file('log');
  }

  /** Creates the log file of this run, and deletes the oldest runs' files. */
  async newLogFile(): Promise<string> {
    const names = await logFileNames(this.logFolder);
    const surplus = names.slice(0, Math.max(0, names.length - keptLogs + 1));
    await Promise.all(surplus.map((name) => rm(this.#file('log', name), { force: true })));
    return this.#file('log', logFileName(new Date()));
  }

  /** Deletes the database, and nothing else in the folder. */
  async clearDatabase(): Promise<void> {
    const { database } = this.dynoxide;
    const files = [database, `${database}-wal`, `${database}-shm`, `${database}-journal`];
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }

  /** When the room's clock first started (epoch milliseconds). Stored, so that a faster clock does not go back at a restart. */
  async clockOrigin(fresh: boolean): Promise<number> {
    const file = this.#file('clock');
    const kept = fresh ? 0 : Number(await readFile(file, 'utf8').catch(() => ''));
    if (kept > 0 && kept <= Date.now()) return kept;
    const origin = Date.now();
    await writeFile(file, String(origin), { mode: 0o600 });
    return origin;
  }

  async writeRoomFile(content: RoomFile): Promise<void> {
    const file = this.#file('room.json');
    // Remove it first: `mode` applies to new files only.
    await rm(file, { force: true });
    await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  }

  /** Releases the lock. On a disk that has become read-only, the file of the room stays, and means nothing. */
  async release(): Promise<void> {
    await rm(this.#file('room.json'), { force: true }).catch(() => undefined);
    await this.#lock.close().catch((error: unknown) => {
      if (codeOf(error) !== 'EBADF') throw error;
    });
  }

  #file(...names: string[]): string {
    return join(this.path, ...names);
  }
}
