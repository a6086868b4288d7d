import * as v from 'valibot';
import { checksumAlgorithms } from './digests.ts';

// What the data folder says of objects. Read again at the next start, so what is added later must be optional.

const checksum = v.object({ algorithm: v.picklist(checksumAlgorithms), value: v.string() });

/** What a client says of an object besides its bytes. */
const description = {
  /** Headers that come back with the object, such as `content-type`. */
  headers: v.record(v.string(), v.string()),
  /** `x-amz-meta-…`, without the prefix. */
  metadata: v.record(v.string(), v.string()),
};

export const objectSchema = v.object({
  key: v.string(),
  /** The file that holds the bytes. */
  file: v.string(),
  size: v.number(),
  /** Without the quotes that it wears in a header. */
  etag: v.string(),
  checksum: v.exactOptional(checksum),
  /** Epoch milliseconds of the room's clock. */
  lastModified: v.number(),
  ...description,
  /** The event that tells of it, as long as it may not have reached everyone who is to hear it. */
  event: v.exactOptional(v.record(v.string(), v.unknown())),
});

/** An object of the bucket. */
export type StoredObject = v.InferOutput<typeof objectSchema>;

export const partSchema = v.object({
  number: v.number(),
  file: v.string(),
  size: v.number(),
  /** MD5 in hex. */
  etag: v.string(),
  checksum: v.exactOptional(checksum),
  lastModified: v.number(),
});

/** A part of an upload in parts. */
export type StoredPart = v.InferOutput<typeof partSchema>;

export const uploadSchema = v.object({
  id: v.string(),
  key: v.string(),
  initiated: v.number(),
  checksumAlgorithm: v.exactOptional(v.picklist(checksumAlgorithms)),
  ...description,
});

/** An upload in parts that is neither completed nor aborted. */
export type StoredUpload = v.InferOutput<typeof uploadSchema>;

export type Description = Pick<StoredObject, 'headers' | 'metadata'>;
