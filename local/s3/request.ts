import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { notImplemented, S3Error } from './errors.ts';
import type { BucketEvents, Origin } from './events.ts';
import type { Description } from './records.ts';
import type { BucketStore } from './store.ts';

/** A bucket that is open. */
export interface OpenBucket {
  readonly logicalId: string;
  readonly name: string;
  readonly store: BucketStore;
  readonly events: BucketEvents;
  readonly clock: Clock;
}

/** A request whose sender has been made sure of. */
export interface S3Request {
  readonly bucket: OpenBucket;
  /** Empty for a request on the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** The payload's hash that was signed, or one of S3's words for the lack of it. */
  readonly payload: string;
  readonly origin: Origin;
  /**
   * Claims the right that the request needs (IAM's name without the prefix), on its own key unless another is given.
   * @throws S3Error AccessDenied if its sender may not.
   */
  readonly use: (action: string, key?: string) => void;
  /** Whether its sender may know that there is no such object: who may list the bucket, as S3 has it. */
  readonly mayKnowOfAbsence: () => boolean;
  readonly http: IncomingMessage;
  readonly response: ServerResponse;
}

const described = [
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
 * What a client says of the object it writes.
 * @throws S3Error if it is too much.
 */
export function readDescription({ headers }: IncomingMessage): Description {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of described) {
    const value = headers[name];
    if (typeof value === 'string') kept[name] = value;
  }
  // How the body travelled is no property of the object.
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

/** The headers that bring an object's description back; a signed URL may ask for others in the place of some. */
export function descriptionHeaders({ headers, metadata }: Description, query: URLSearchParams): Record<string, string> {
  const shown = { ...headers };
  for (const name of described) {
    const instead = query.get(`response-${name}`);
    if (instead !== null) shown[name] = instead;
  }
  for (const [name, value] of Object.entries(metadata)) shown[metadataPrefix + name] = value;
  return shown;
}

/** Whether a write wants its key to be free; no other condition is known. */
export function wantsFreeKey({ headers }: IncomingMessage): boolean {
  const condition = headers['if-none-match'];
  if (condition === undefined) return false;
  if (condition === '*') return true;
  throw notImplemented('writes under the condition If-None-Match of anything but *');
}

/** XML's. */
export const isoDate = (epochMs: number) => new Date(epochMs).toISOString();
