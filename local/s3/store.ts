import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Error } from './errors.ts';
import { readJson, writeJson } from './json-file.ts';
import {
  objectSchema,
  partSchema,
  type StoredObject,
  type StoredPart,
  type StoredUpload,
  uploadSchema,
} from './records.ts';

/** A write that wants its key to be free. */
interface Reservation {
  readonly key: string;
  /** Whether an object of that key was deleted meanwhile. */
  disturbed: boolean;
}

interface Upload {
  readonly record: StoredUpload;
  readonly parts: Map<number, StoredPart>;
}

/**
 * A bucket's objects, in a folder: their bytes in files of random names, and for each key one small file that says which.
 * An object is there once that file is, so that a process may end at any moment: what nothing refers to is removed at the next start.
 */
export class BucketStore {
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Upload>();
  readonly #reservations = new Set<Reservation>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the store in a folder, which is made if there is none. */
  static async open(folder: string): Promise<BucketStore> {
    const store = new BucketStore(folder);
    for (const name of ['bytes', 'objects', 'uploads'])
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    await store.#load();
    return store;
  }

  /** The objects, in no order. */
  get objects(): IterableIterator<StoredObject> {
    return this.#objects.values();
  }

  /** Keys whose name begins so, in S3's order: by their bytes of UTF-8. */
  keys(prefix: string): string[] {
    const found = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
    return found.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  }

  object(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  get uploads(): StoredUpload[] {
    return [...this.#uploads.values()].map(({ record }) => record);
  }

  /** @throws S3Error NoSuchUpload. */
  upload(key: string, id: string): { readonly record: StoredUpload; readonly parts: readonly StoredPart[] } {
    const { record, parts } = this.#upload(key, id);
    return { record, parts: [...parts.values()].sort((one, other) => one.number - other.number) };
  }

  /** A new file for bytes, which stays only if something refers to it. */
  newFile(): { readonly file: string; readonly path: string } {
    const file = randomUUID();
    return { file, path: this.path(file) };
  }

  /** Where a file of bytes is. */
  path(file: string): string {
    return join(this.#folder, 'bytes', file);
  }

  /** Opens an object's bytes, which stay readable whatever becomes of the object. */
  read(key: string): Promise<{ object: StoredObject; file: FileHandle } | undefined> {
    return this.#alone(async () => {
      const object = this.#objects.get(key);
      return object && { object, file: await open(this.path(object.file), 'r') };
    });
  }

  /**
   * Notes that a key has to be free, from the beginning of a write to its end. Of several such writes the first to end wins.
   * @throws S3Error PreconditionFailed if the key is taken already.
   */
  reserve(key: string): Reservation {
    if (this.#objects.has(key)) throw taken();
    const reservation = { key, disturbed: false };
    this.#reservations.add(reservation);
    return reservation;
  }

  /** Forgets a reservation. */
  release(reservation: Reservation): void {
    this.#reservations.delete(reservation);
  }

  /**
   * Puts an object in place of whatever has its key. If it cannot be put, its bytes are removed.
   * @throws S3Error if the key was reserved, and was not left alone.
   */
  async put(object: StoredObject, reservation?: Reservation): Promise<void> {
    const former = await this.#alone(() =>
      this.#orRemove(object, async () => {
        const standing = this.#objects.get(object.key);
        if (reservation !== undefined && standing !== undefined) throw taken();
        if (reservation?.disturbed === true) {
          throw new S3Error('ConditionalRequestConflict', 'A conflicting operation occurred during the upload.');
        }
        await writeJson(this.#objectFile(object.key), object);
        this.#objects.set(object.key, object);
        return standing;
      }),
    );
    if (former !== undefined) await this.#removeBytes(former);
  }

  /** Notes that everyone has heard of an object. */
  async announced({ key, file }: StoredObject): Promise<void> {
    await this.#alone(async () => {
      const object = this.#objects.get(key);
      // Another may have taken its place.
      if (object?.file !== file) return;
      const { event: _, ...quiet } = object;
      await writeJson(this.#objectFile(key), quiet);
      this.#objects.set(key, quiet);
    });
  }

  /** Deletes an object; false if there is none. */
  async delete(key: string, onlyFile?: string): Promise<boolean> {
    return this.#alone(async () => {
      const object = this.#objects.get(key);
      if (object === undefined || (onlyFile !== undefined && object.file !== onlyFile)) return false;
      await rm(this.#objectFile(key), { force: true });
      this.#objects.delete(key);
      for (const reservation of this.#reservations) if (reservation.key === key) reservation.disturbed = true;
      await this.#removeBytes(object);
      return true;
    });
  }

  async beginUpload(record: StoredUpload): Promise<void> {
    await mkdir(this.#uploadFolder(record.id), { mode: 0o700 });
    await writeJson(join(this.#uploadFolder(record.id), 'upload.json'), record);
    this.#uploads.set(record.id, { record, parts: new Map() });
  }

  /**
   * Adds a part, or replaces the one of its number. If it cannot be added, its bytes are removed.
   * @throws S3Error NoSuchUpload if the upload has ended while the bytes came.
   */
  async putPart({ key, id }: StoredUpload, part: StoredPart): Promise<void> {
    const former = await this.#alone(() =>
      this.#orRemove(part, async () => {
        const { parts } = this.#upload(key, id);
        const standing = parts.get(part.number);
        await writeJson(join(this.#uploadFolder(id), `${part.number}.json`), part);
        parts.set(part.number, part);
        return standing;
      }),
    );
    if (former !== undefined) await this.#removeBytes(former);
  }

  /** Ends an upload, unless it has ended: its parts go. */
  async endUpload({ id }: StoredUpload): Promise<void> {
    await this.#alone(async () => {
      const parts = this.#uploads.get(id)?.parts ?? new Map<number, StoredPart>();
      // First what makes it an upload: whatever else is left behind is then nobody's.
      await rm(join(this.#uploadFolder(id), 'upload.json'), { force: true });
      await rm(this.#uploadFolder(id), { recursive: true, force: true });
      this.#uploads.delete(id);
      for (const part of parts.values()) await this.#removeBytes(part);
    });
  }

  /** Removes bytes that nothing refers to any more; who has them open reads on. */
  async #removeBytes({ file }: { readonly file: string }): Promise<void> {
    await rm(this.path(file), { force: true });
  }

  async #orRemove<T>(bytes: { readonly file: string }, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.#removeBytes(bytes);
      throw error;
    }
  }

  #upload(key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.record.key !== key) {
      throw new S3Error(
        'NoSuchUpload',
        'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
      );
    }
    return upload;
  }

  /** One change after the other; each takes no longer than writing a small file. */
  #alone<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** A key may be anything; its digest is a name that every file system takes. */
  #objectFile(key: string): string {
    return join(this.#folder, 'objects', `${createHash('sha256').update(key).digest('hex')}.json`);
  }

  #uploadFolder(id: string): string {
    return join(this.#folder, 'uploads', id);
  }

  async #load(): Promise<void> {
    const used = new Set<string>();
    for (const name of await readdir(join(this.#folder, 'objects'))) {
      if (!name.endsWith('.json')) continue;
      const object = await readJson(join(this.#folder, 'objects', name), objectSchema);
      this.#objects.set(object.key, object);
      used.add(object.file);
    }
    for (const id of await readdir(join(this.#folder, 'uploads'))) {
      const upload = await this.#loadUpload(id);
      if (upload === undefined) await rm(this.#uploadFolder(id), { recursive: true, force: true });
      else this.#uploads.set(id, upload);
      for (const { file } of upload?.parts.values() ?? []) used.add(file);
    }
    for (const file of await readdir(join(this.#folder, 'bytes'))) {
      if (!used.has(file)) await this.#removeBytes({ file });
    }
  }

  async #loadUpload(id: string): Promise<Upload | undefined> {
    const names = (await readdir(this.#uploadFolder(id))).filter((name) => name.endsWith('.json'));
    if (!names.includes('upload.json')) return undefined;
    const record = await readJson(join(this.#uploadFolder(id), 'upload.json'), uploadSchema);
    const parts = new Map<number, StoredPart>();
    for (const name of names) {
      if (name === 'upload.json') continue;
      const part = await readJson(join(this.#uploadFolder(id), name), partSchema);
      parts.set(part.number, part);
    }
    return { record, parts };
  }
}

function taken(): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}
