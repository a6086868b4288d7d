import { createHash } from 'node:crypto';
import { Crc32 } from '@smithy/core/checksum';
import { notImplemented } from './errors.ts';

/** Checksums that a client may have S3 check, by the end of their header's name (`x-amz-checksum-sha256`). */
export const checksumAlgorithms = ['crc32', 'sha1', 'sha256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum as S3 shows it: base64, and behind that of a multipart object the number of parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

const headerPrefix = 'x-amz-checksum-';
/** Headers that begin like a checksum's, and are none. */
const aboutChecksums = new Set(['mode', 'type', 'algorithm']);

/** The header that holds a checksum. */
export const checksumHeader = (algorithm: ChecksumAlgorithm) => `${headerPrefix}${algorithm}`;

/** The element that holds a checksum in S3's XML. */
export const checksumElement = (algorithm: ChecksumAlgorithm) => `Checksum${algorithm.toUpperCase()}`;

/**
 * The algorithm of the checksum that a header holds; undefined if it is no checksum's.
 * @throws S3Error if it is one that is not known here.
 */
export function checksumIn(header: string): ChecksumAlgorithm | undefined {
  const name = header.toLowerCase();
  if (!name.startsWith(headerPrefix) || aboutChecksums.has(name.slice(headerPrefix.length))) return undefined;
  return checksumNamed(name.slice(headerPrefix.length));
}

/** @throws S3Error if there is no such algorithm here. */
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

/** Digests of bytes as they come by: their MD5, which makes an ETag, and those that were asked for. */
export class Digests {
  readonly #running: ReadonlyMap<string, RunningHash>;

  constructor(wanted: Iterable<ChecksumAlgorithm>) {
    this.#running = new Map((['md5', ...wanted] as const).map((algorithm) => [algorithm, start(algorithm)]));
  }

  update(bytes: Uint8Array): void {
    for (const hash of this.#running.values()) hash.update(bytes);
  }

  /** Ends them. */
  async end(): Promise<ReadonlyMap<string, Buffer>> {
    const ended = [...this.#running].map(async ([algorithm, hash]) => {
      return [algorithm, Buffer.from(await hash.digest())] as const;
    });
    return new Map(await Promise.all(ended));
  }
}
