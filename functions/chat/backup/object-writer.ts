import { MultipartUpload, type UploadState } from './multipart-upload.ts';
import { type BackupStore, objectAt } from './ports.ts';
import type { KeptBytes } from './records.ts';
import type { JobStep } from './run-job.ts';

/** Writes the bytes of files to the bucket, one file after the other, in pieces. */
export class ObjectWriter {
  readonly #store: BackupStore;
  #upload: MultipartUpload | undefined;

  private constructor(store: BackupStore, upload: MultipartUpload | undefined) {
    this.#store = store;
    this.#upload = upload;
  }

  static async resume(store: BackupStore, state: UploadState | undefined): Promise<ObjectWriter> {
    return new ObjectWriter(store, state && (await MultipartUpload.resume(store, state)));
  }

  async write({ objectKey, offset, size, base64 }: KeptBytes): Promise<void> {
    if (offset === 0) {
      const begun = await MultipartUpload.begin(this.#store, objectAt(objectKey));
      this.#upload = await MultipartUpload.resume(this.#store, begun);
    }
    const piece = Buffer.from(base64, 'base64');
    await this.#upload?.write(piece);
    if (offset + piece.length < size) return;
    await this.#upload?.finish();
    this.#upload = undefined;
  }

  async suspend(step: JobStep): Promise<UploadState | undefined> {
    return this.#upload?.suspend(step);
  }
}
