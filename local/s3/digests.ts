import { createHash } from 'node:crypto';
import { Crc32 } from '@smithy/core/checksum';
import { notImplemented } from './errors.ts';

/** The supported checksum algorithms, as in the header names (`x-amz-checksum-sha256`). */
export const checksumAlgorithms = ['crc32', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum in S3's format: base64, with `-` and the number of parts for a multipart object. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

const headerPrefix = 'x-amz-checksum-';
/** Headers with the same prefix that hold no checksum. */
const aboutChecksums = new Set(['mode', 'type', 'algorithm']);

/** The name of a checksum's header. */
export const checksumHeader = (algorithm: ChecksumAlgorithm) => `${headerPrefix}${algorithm}`;

/** The name of a checksum's element in S3's XML. */
export const checksumElement = (algorithm: ChecksumAlgorithm) => `Checksum${algorithm.toUpperCase()}`;

/**
 * The algorithm of a checksum header; undefined for other headers.
 * @throws S3Error NotImplemented for an unsupported algorithm.
 */
export function checksumIn(header: string): ChecksumAlgorithm | undefined {
  const name = header.toLowerCase();
  if (!name.startsWith(headerPrefix) || aboutChecksums.has(name.slice(headerPrefix.length))) return undefined;
  return checksumNamed(name.slice(headerPrefix.length));
}

/** @throws S3Error NotImplemented for an unsupported algorithm. */
export function checksumNamed(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((algorithm) => algorithm === name.toLowerCase());
  if (found === undefined) throw notImplemented(`the checksum algorithm ${name}`);
  return found;
}

interface RunningHash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array | Promise<Uint8Array>;
}

const start = (algorithm: 'md5' | ChecksumAlgorithm): RunningHash =>
  algorithm === 'crc32' ? new Crc32() : createHash(algorithm);

/** Computes digests of a stream: its MD5, for the ETag, and the requested checksums. */
export class Digests {
  readonly #running: ReadonlyMap<string, RunningHash>;

  constructor(wanted: Iterable<ChecksumAlgorithm>) {
    this.#running = new Map((['md5', ...wanted] as const).map((algorithm) => [algorithm, start(algorithm)]));
  }

  update(bytes: Uint8Array): void {
    for (const hash of this.#running.values()) hash.update(bytes);
  }

  /** Finishes the digests. */
  async end(): Promise<ReadonlyMap<string, Buffer>> {
    const ended = [...this.#running].map(async ([algorithm, hash]) => {
      return [algorithm, Buffer.from(await hash.digest())] as const;
    });
    return new Map(await Promise.all(ended));
  }
}
