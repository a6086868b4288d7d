import { type BackupStore, type BucketFile, partBytes } from './ports.ts';
import type { JobStep } from './run-job.ts';

/** An upload between two invocations. */
export interface UploadState {
  readonly file: BucketFile;
  readonly uploadId: string;
  /** Of the uploaded parts. */
  readonly tags: readonly string[];
  /** How many bytes the uploaded parts have. */
  readonly bytes: number;
  /** The key of the bytes that do not fill a part yet. */
  readonly stash: string | undefined;
}

/**
 * Uploads a file of any size, and holds at most one part in memory. A step that completes an upload can be repeated with the same
 * bytes: it then finds the upload completed and the file in place.
 */
export class MultipartUpload {
  readonly #store: BackupStore;
  readonly #file: BucketFile;
  readonly #uploadId: string;
  readonly #tags: string[];
  /** Bytes in uploaded parts. */
  #uploaded: number;
  /** Bytes that do not fill a part yet. */
  #pending: Uint8Array[];
  #pendingBytes: number;
  /** Whether an earlier attempt of this step has completed the upload. */
  #completed = false;

  private constructor(store: BackupStore, { file, uploadId, tags, bytes }: UploadState, pending: Uint8Array[]) {
    this.#store = store;
    this.#file = file;
    this.#uploadId = uploadId;
    this.#tags = [...tags];
    this.#uploaded = bytes;
    this.#pending = pending;
    this.#pendingBytes = pending.reduce((sum, { length }) => sum + length, 0);
  }

  static async begin(store: BackupStore, file: BucketFile): Promise<UploadState> {
    return { file, uploadId: await store.beginUpload(file), tags: [], bytes: 0, stash: undefined };
  }

  static async resume(store: BackupStore, state: UploadState): Promise<MultipartUpload> {
    const pending = state.stash === undefined ? [] : [await store.unstash(state.stash)];
    return new MultipartUpload(store, state, pending);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= partBytes) await this.#uploadPart();
  }

  /** Stashes the bytes that do not fill a part yet. */
  async suspend({ id, number }: JobStep): Promise<UploadState> {
    const state = {
      file: this.#file,
      uploadId: this.#uploadId,
      tags: this.#tags,
      bytes: this.#uploaded,
      stash: undefined,
    };
    if (this.#pendingBytes === 0) return state;
    // Alternate between two keys: if this step fails later, its repetition still needs the stash of the step before.
    const stash = `${id}.${number % 2}`;
    await this.#store.stash(stash, Buffer.concat(this.#pending));
    return { ...state, stash };
  }

  /** Completes the upload. The stash stays for a repetition, and expires by a lifecycle rule of the bucket. */
  async finish(): Promise<void> {
    // An upload needs at least one part, even an empty one.
    if (this.#pendingBytes > 0 || this.#tags.length === 0) await this.#uploadPart();
    if (!this.#completed && (await this.#store.finishUpload(this.#file, this.#uploadId, this.#tags))) return;
    const stored = await this.#store.open(this.#file);
    if (stored?.size !== this.#uploaded) throw new Error('the upload is over, but the file is missing or incomplete');
  }

  async #uploadPart(): Promise<void> {
    const part = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#uploaded += part.length;
    if (this.#completed) return;
    const tag = await this.#store.uploadPart(this.#file, this.#uploadId, this.#tags.length + 1, part);
    if (tag === undefined) this.#completed = true;
    else this.#tags.push(tag);
  }
}
