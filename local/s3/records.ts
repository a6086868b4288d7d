import * as v from 'valibot';
import { checksumAlgorithms } from './digests.ts';

// The records in the data folder. Later versions read them too, so every new field must be optional.

const checksum = v.object({ algorithm: v.picklist(checksumAlgorithms), value: v.string() });

/** An object's headers and metadata, from the request that wrote it. */
const description = {
  /** Headers that S3 returns with the object, such as `content-type`. */
  headers: v.record(v.string(), v.string()),
  /** `x-amz-meta-…`, without the prefix. */
  metadata: v.record(v.string(), v.string()),
};

export const objectSchema = v.object({
  key: v.string(),
  /** The file that holds the bytes. */
  file: v.string(),
  size: v.number(),
  /** Without quotes. */
  etag: v.string(),
  checksum: v.exactOptional(checksum),
  /** Epoch milliseconds, on the room's clock. */
  lastModified: v.number(),
  ...description,
  /** The creation event, until it is delivered. */
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

/** A part of a multipart upload. */
export type StoredPart = v.InferOutput<typeof partSchema>;

export const uploadSchema = v.object({
  id: v.string(),
  key: v.string(),
  initiated: v.number(),
  checksumAlgorithm: v.exactOptional(v.picklist(checksumAlgorithms)),
  ...description,
});

/** A multipart upload that is neither completed nor aborted. */
export type StoredUpload = v.InferOutput<typeof uploadSchema>;

export type Description = Pick<StoredObject, 'headers' | 'metadata'>;
