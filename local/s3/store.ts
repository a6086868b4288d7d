import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Error } from './errors.ts';
import { writeJson } from './json-file.ts';
import { loadStore, type StoreContent, type Upload } from './load.ts';
import type { StoredObject, StoredPart, StoredUpload } from './records.ts';

/** A conditional write in progress, which requires that its key does not exist. */
interface Reservation {
  readonly key: string;
  /** Whether an object with this key was deleted during the write. */
  disturbed: boolean;
}

/**
 * A bucket's objects in a folder: their bytes in files with random names, and for each key a small file that names one
 * of them. An object exists as soon as the small file does, so the process may be killed at any moment. The next start
 * removes unreferenced bytes.
 */
export class BucketStore {
  readonly #folder: string;
  readonly #objects: Map<string, StoredObject>;
  readonly #uploads: Map<string, Upload>;
  readonly #reservations = new Set<Reservation>();
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, { objects, uploads }: StoreContent) {
    this.#folder = folder;
    this.#objects = objects;
    this.#uploads = uploads;
  }

  /** Opens the store in a folder, which is created if missing. */
  static async open(folder: string): Promise<BucketStore> {
    return new BucketStore(folder, await loadStore(folder));
  }

  /** All objects, unordered. */
  get objects(): IterableIterator<StoredObject> {
    return this.#objects.values();
  }

  /** Keys with a prefix, in S3's order: by their UTF-8 bytes. */
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

  /** A new file for bytes; the next start removes it unless an object or a part refers to it. */
  newFile(): { readonly file: string; readonly path: string } {
    const file = randomUUID();
    return { file, path: this.path(file) };
  }

  /** Where a file of bytes is. */
  path(file: string): string {
    return join(this.#folder, 'bytes', file);
  }

  /** Opens an object's bytes; they stay readable if the object is deleted. */
  read(key: string): Promise<{ object: StoredObject; file: FileHandle } | undefined> {
    return this.#alone(async () => {
      const object = this.#objects.get(key);
      return object && { object, file: await open(this.path(object.file), 'r') };
    });
  }

  /**
   * Reserves a key that must be free until a write ends. If several writes reserve it, the first to finish succeeds.
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
   * Puts an object, and replaces the one with its key. On an error its bytes are removed.
   * @throws S3Error if the write had reserved the key, and another write or delete came first.
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

  /** Notes that an object's event was delivered. */
  async announced({ key, file }: StoredObject): Promise<void> {
    await this.#alone(async () => {
      const object = this.#objects.get(key);
      // The object may have been replaced in the meantime.
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
   * Adds a part, or replaces the one with its number. On an error its bytes are removed.
   * @throws S3Error NoSuchUpload if the upload ended while the bytes arrived.
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

  /** Ends an upload and deletes its parts. Idempotent. */
  async endUpload({ id }: StoredUpload): Promise<void> {
    await this.#alone(async () => {
      const parts = this.#uploads.get(id)?.parts ?? new Map<number, StoredPart>();
      // This file first: without it, the next start removes the rest.
      await rm(join(this.#uploadFolder(id), 'upload.json'), { force: true });
      await rm(this.#uploadFolder(id), { recursive: true, force: true });
      this.#uploads.delete(id);
      for (const part of parts.values()) await this.#removeBytes(part);
    });
  }

  /** Removes unreferenced bytes; an open file stays readable. */
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

  /** Runs changes one after the other; each only writes a small file. */
  #alone<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** A key may be any text; its digest is a valid file name everywhere. */
  #objectFile(key: string): string {
    return join(this.#folder, 'objects', `${createHash('sha256').update(key).digest('hex')}.json`);
  }

  #uploadFolder(id: string): string {
    return join(this.#folder, 'uploads', id);
  }
}

function taken(): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
}
