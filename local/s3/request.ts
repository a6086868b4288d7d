import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsRule } from '../assembly/buckets.ts';
import type { Clock } from '../clock.ts';
import { notImplemented, S3Error } from './errors.ts';
import type { BucketEvents, Origin } from './events.ts';
import type { Description } from './records.ts';
import type { BucketStore } from './store.ts';

/** A bucket with its open store. */
export interface OpenBucket {
  readonly logicalId: string;
  readonly name: string;
  readonly store: BucketStore;
  readonly events: BucketEvents;
  readonly clock: Clock;
  readonly cors: readonly CorsRule[];
}

/** A request with a verified signature. */
export interface S3Request {
  readonly bucket: OpenBucket;
  /** Empty for a request on the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** The signed hash of the payload, or a keyword such as `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
  readonly origin: Origin;
  /**
   * Checks that the caller has a permission (IAM's action without the prefix). The default key is that of the request.
   * @throws S3Error AccessDenied without the permission.
   */
  readonly use: (action: string, key?: string) => void;
  /** Whether the caller may learn that an object is missing. S3 requires the permission to list the bucket for that. */
  readonly mayKnowOfAbsence: () => boolean;
  readonly http: IncomingMessage;
  readonly response: ServerResponse;
}

/** The standard headers that S3 keeps with an object. */
export const described = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;
const metadataPrefix = 'x-amz-meta-';
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
const metadataBytes = 2048;

/**
 * Reads the headers and metadata that a client stores with an object.
 * @throws S3Error MetadataTooLarge.
 */
export function readDescription({ headers }: IncomingMessage): Description {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of described) {
    const value = headers[name];
    if (typeof value === 'string') kept[name] = value;
  }
  // `aws-chunked` encodes the request, not the object.
  const encoding = kept['content-encoding']?.split(/, */).filter((coding) => coding !== 'aws-chunked') ?? [];
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  else delete kept['content-encoding'];
  const metadata = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(metadataPrefix))
      .map(([name, value]) => [name.slice(metadataPrefix.length), String(value)]),
  );
  if (Buffer.byteLength(Object.entries(metadata).flat().join('')) > metadataBytes) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
  }
  return { headers: kept, metadata };
}

/** The response headers for an object's headers and metadata. The query may override some of them. */
export function descriptionHeaders({ headers, metadata }: Description, query: URLSearchParams): Record<string, string> {
  const shown = { ...headers };
  for (const name of described) {
    const instead = query.get(`response-${name}`);
    if (instead !== null) shown[name] = instead;
  }
  for (const [name, value] of Object.entries(metadata)) shown[metadataPrefix + name] = value;
  return shown;
}

/** Whether a write requires that its key does not exist. No other condition is supported. */
export function wantsFreeKey({ headers }: IncomingMessage): boolean {
  const condition = headers['if-none-match'];
  if (condition === undefined) return false;
  if (condition === '*') return true;
  throw notImplemented('writes under the condition If-None-Match of anything but *');
}

/** A time in the date format of S3's XML. */
export const isoDate = (epochMs: number) => new Date(epochMs).toISOString();
