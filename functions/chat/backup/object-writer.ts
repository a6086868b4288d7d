import { PartedUpload, type UploadState } from './parted-upload.ts';
import { objectAt, type Vault } from './ports.ts';
import type { KeptBytes } from './records.ts';
import type { Step } from './slices.ts';

/** Writes the bytes of one file after the other, in pieces. */
export class ObjectWriter {
  readonly #vault: Vault;
  #upload: PartedUpload | undefined;

  private constructor(vault: Vault, upload: PartedUpload | undefined) {
    this.#vault = vault;
    this.#upload = upload;
  }

  static async goOn(vault: Vault, state: UploadState | undefined): Promise<ObjectWriter> {
    return new ObjectWriter(vault, state && (await PartedUpload.goOn(vault, state)));
  }

  async write({ objectKey, offset, size, base64 }: KeptBytes): Promise<void> {
    if (offset === 0) {
      const begun = await PartedUpload.begin(this.#vault, objectAt(objectKey));
      this.#upload = await PartedUpload.goOn(this.#vault, begun);
    }
    const piece = Buffer.from(base64, 'base64');
    await this.#upload?.write(piece);
    if (offset + piece.length < size) return;
    await this.#upload?.finish();
    this.#upload = undefined;
  }

  async suspend(step: Step): Promise<UploadState | undefined> {
    return this.#upload?.suspend(step);
  }
}
