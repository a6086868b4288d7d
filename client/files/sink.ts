import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { TransferError } from './errors.ts';
import { localName } from './local-name.ts';
import type { Offer, Part } from './receive.ts';

/** Where a page keeps the bytes of a download. */
export interface Sink {
  append(chunk: Uint8Array): void | Promise<void>;
  /** Discards the bytes. */
  clear(): void | Promise<void>;
  /**
   * Gives the user the complete file, whose checksum is right. The room deletes its copy after this resolves.
   * @param name Safe to use as a file name on every system.
   */
  save(name: string): void | Promise<void>;
}

/** Small chunks are joined up to this size, in bytes. */
const blobBytes = 4 * 1024 * 1024;

/** Keeps a download in blobs, which a browser can move to its disk. */
export class BlobSink implements Sink {
  readonly #save: (file: Blob, name: string) => void | Promise<void>;
  #blobs: Blob[] = [];
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #length = 0;

  /** @param save Gives the file to the user, for example through a link with the attribute `download`. */
  constructor(save: (file: Blob, name: string) => void | Promise<void>) {
    this.#save = save;
  }

  append(chunk: Uint8Array<ArrayBuffer>): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= blobBytes) this.#join();
  }

  clear(): void {
    this.#blobs = [];
    this.#chunks = [];
    this.#length = 0;
  }

  async save(name: string): Promise<void> {
    this.#join();
    await this.#save(new Blob(this.#blobs, { type: 'application/octet-stream' }), name);
  }

  #join(): void {
    this.#blobs.push(new Blob(this.#chunks));
    this.#chunks = [];
    this.#length = 0;
  }
}

/** A download into a sink. */
export class SinkPart implements Part {
  readonly size: number;
  readonly #offer: Offer;
  readonly #name: string;
  readonly #sink: Sink;
  #hash = sha256.create();
  #length = 0;

  constructor(sink: Sink, name: string, offer: Offer) {
    this.#sink = sink;
    this.#name = name;
    this.#offer = offer;
    this.size = offer.size;
  }

  get length(): number {
    return this.#length;
  }

  get isWhole(): boolean {
    return this.#length === this.size && bytesToHex(this.#hash.clone().digest()) === this.#offer.sha256;
  }

  async append(chunk: Uint8Array): Promise<void> {
    if (this.#length + chunk.length > this.size) {
      throw new TransferError('wrong-bytes', `The file "${this.#name}" is larger than announced.`);
    }
    await this.#try(() => this.#sink.append(chunk));
    this.#hash.update(chunk);
    this.#length += chunk.length;
  }

  async beginAnew(): Promise<void> {
    await this.#sink.clear();
    this.#hash = sha256.create();
    this.#length = 0;
  }

  async publish(): Promise<string> {
    const name = localName(this.#name);
    await this.#try(() => this.#sink.save(name));
    return name;
  }

  async remove(): Promise<void> {
    await this.#sink.clear();
  }

  async close(): Promise<void> {}

  async #try(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TransferError('unwritable', `The file "${this.#name}" cannot be saved here: ${reason}.`, error);
    }
  }
}
