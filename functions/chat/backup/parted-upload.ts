import { partBytes, type Vault, type VaultFile } from './ports.ts';
import type { Step } from './slices.ts';

/** An upload between two invocations. */
export interface UploadState {
  readonly file: VaultFile;
  readonly uploadId: string;
  /** Of the parts that are stored. */
  readonly tags: readonly string[];
  /** Where the beginning of the next part was put aside. */
  readonly stash: string | undefined;
}

/** Writes a file of any size to the vault, and holds no more of it than a part. */
export class PartedUpload {
  readonly #vault: Vault;
  readonly #file: VaultFile;
  readonly #uploadId: string;
  readonly #tags: string[];
  readonly #stash: string | undefined;
  #pending: Uint8Array[];
  #bytes: number;

  private constructor(vault: Vault, { file, uploadId, tags, stash }: UploadState, pending: Uint8Array[]) {
    this.#vault = vault;
    this.#file = file;
    this.#uploadId = uploadId;
    this.#tags = [...tags];
    this.#stash = stash;
    this.#pending = pending;
    this.#bytes = pending.reduce((sum, { length }) => sum + length, 0);
  }

  static async begin(vault: Vault, file: VaultFile): Promise<UploadState> {
    return { file, uploadId: await vault.beginUpload(file), tags: [], stash: undefined };
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
    const state = { file: this.#file, uploadId: this.#uploadId, tags: this.#tags, stash: undefined };
    if (this.#bytes === 0) return state;
    // Not where this step found its own beginning: should it fail after this, it is made again from there.
    const stash = `${id}.${number % 2}`;
    await this.#vault.stash(stash, Buffer.concat(this.#pending));
    return { ...state, stash };
  }

  async finish(): Promise<void> {
    // A file has one part at least, an empty one too.
    if (this.#bytes > 0 || this.#tags.length === 0) await this.#flush();
    await this.#vault.finishUpload(this.#file, this.#uploadId, this.#tags);
    // What was put aside by the step before the last goes by a rule of the bucket.
    if (this.#stash !== undefined) await this.#vault.forget(this.#stash);
  }

  async #flush(): Promise<void> {
    const part = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#bytes = 0;
    this.#tags.push(await this.#vault.uploadPart(this.#file, this.#uploadId, this.#tags.length + 1, part));
  }
}
