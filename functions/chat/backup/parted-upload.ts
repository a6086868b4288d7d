import { partBytes, type Vault, type VaultFile } from './ports.ts';
import type { Step } from './slices.ts';

/** An upload between two invocations. */
export interface UploadState {
  readonly file: VaultFile;
  readonly uploadId: string;
  /** Of the parts that are stored. */
  readonly tags: readonly string[];
  /** How many bytes have been made into parts. */
  readonly bytes: number;
  /** Where the beginning of the next part was put aside. */
  readonly stash: string | undefined;
}

/**
 * Writes a file of any size to the vault, and holds no more of it than a part. A step that finishes an upload can be done again,
 * if it writes the same again: it finds that the upload is over, and that the file is there.
 */
export class PartedUpload {
  readonly #vault: Vault;
  readonly #file: VaultFile;
  readonly #uploadId: string;
  readonly #tags: string[];
  /** Bytes that have been made into parts. */
  #parted: number;
  #pending: Uint8Array[];
  /** Bytes that make no part yet. */
  #bytes: number;
  /** Whether this was finished before, by a step whose state was lost. */
  #over = false;

  private constructor(vault: Vault, { file, uploadId, tags, bytes }: UploadState, pending: Uint8Array[]) {
    this.#vault = vault;
    this.#file = file;
    this.#uploadId = uploadId;
    this.#tags = [...tags];
    this.#parted = bytes;
    this.#pending = pending;
    this.#bytes = pending.reduce((sum, { length }) => sum + length, 0);
  }

  static async begin(vault: Vault, file: VaultFile): Promise<UploadState> {
    return { file, uploadId: await vault.beginUpload(file), tags: [], bytes: 0, stash: undefined };
  }

  static async goOn(vault: Vault, state: UploadState): Promise<PartedUpload> {
    const pending = state.stash === undefined ? [] : [await vault.unstash(state.stash)];
    return new PartedUpload(vault, state, pending);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes >= partBytes) await this.#flush();
  }

  /** Puts aside what makes no part yet. */
  async suspend({ id, number }: Step): Promise<UploadState> {
    const state = {
      file: this.#file,
      uploadId: this.#uploadId,
      tags: this.#tags,
      bytes: this.#parted,
      stash: undefined,
    };
    if (this.#bytes === 0) return state;
    // Not where this step found its own beginning: should it fail after this, it is made again from there.
    const stash = `${id}.${number % 2}`;
    await this.#vault.stash(stash, Buffer.concat(this.#pending));
    return { ...state, stash };
  }

  /** Makes the file be there. What was put aside goes by a rule of the bucket: until the next step it may be needed again. */
  async finish(): Promise<void> {
    // A file has one part at least, an empty one too.
    if (this.#bytes > 0 || this.#tags.length === 0) await this.#flush();
    if (!this.#over && (await this.#vault.finishUpload(this.#file, this.#uploadId, this.#tags))) return;
    const standing = await this.#vault.open(this.#file);
    if (standing?.size !== this.#parted) throw new Error('an upload is over, and has not left the file that it was to');
  }

  async #flush(): Promise<void> {
    const part = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#bytes = 0;
    this.#parted += part.length;
    if (this.#over) return;
    const tag = await this.#vault.uploadPart(this.#file, this.#uploadId, this.#tags.length + 1, part);
    if (tag === undefined) this.#over = true;
    else this.#tags.push(tag);
  }
}
