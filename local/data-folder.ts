import { access, constants, type FileHandle, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { codeOf, messageOf, printable, RoomError } from './errors.ts';
import { logFileName, logFileNames } from './logs/log-files.ts';

/** How many runs' logs are kept. */
const keptLogs = 10;

/** What a program on this machine needs in order to administer a room. */
export interface RoomFile {
  readonly url: string;
  readonly origin: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** The stack's outputs, such as a function's name, as they are in this room. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** The folder that holds a room's state; only one room at a time may have it. */
export class DataFolder {
  readonly path: string;
  readonly #lock: FileHandle;

  private constructor(path: string, lock: FileHandle) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Locks a folder, and creates it if it is missing.
   * @throws RoomError if it cannot be written, or another room has it.
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
    // The kernel's lock: it goes with the process, however that ends.
    if (!tryLock(lock.fd)) {
      await lock.close();
      const holder = /"url": ?"([^"]+)"/.exec(await readFile(join(path, 'room.json'), 'utf8').catch(() => ''))?.[1];
      throw new RoomError(
        `${path} is held by another room${holder === undefined ? '' : ` (${printable(holder)})`}; choose another with --data`,
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

  /** Where asynchronous events lie that functions could not handle. */
  get deadLetters(): string {
    return this.#file('dead-letters.jsonl');
  }

  /** Where S3 keeps its objects. */
  get objects(): string {
    return this.#file('s3');
  }

  get logFolder(): string {
    return this.#file('log');
  }

  /** A file for the functions' output of this run; the oldest runs' are deleted. */
  async newLogFile(): Promise<string> {
    const names = await logFileNames(this.logFolder);
    const surplus = names.slice(0, Math.max(0, names.length - keptLogs + 1));
    await Promise.all(surplus.map((name) => rm(this.#file('log', name), { force: true })));
    return this.#file('log', logFileName(new Date()));
  }

  /** Forgets the database; whatever else the folder may hold stays. */
  async clearDatabase(): Promise<void> {
    const { database } = this.dynoxide;
    const files = [database, `${database}-wal`, `${database}-shm`, `${database}-journal`];
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }

  /** When the room's clock was started first (epoch milliseconds), so that a scaled one does not go back at a restart. */
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
    // A file of another mode would keep it.
    await rm(file, { force: true });
    await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  }

  /** Lets another room have it. */
  async release(): Promise<void> {
    await rm(this.#file('room.json'), { force: true });
    await this.#lock.close().catch((error: unknown) => {
      if (codeOf(error) !== 'EBADF') throw error;
    });
  }

  #file(...names: string[]): string {
    return join(this.path, ...names);
  }
}
