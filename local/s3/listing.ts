import { S3Error } from './errors.ts';
import { isoDate, type S3Request } from './request.ts';
import { sendXml } from './xml.ts';

const mostKeys = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2({ bucket, query, response, use }: S3Request): void {
  const prefix = query.get('prefix') ?? '';
  use('ListBucket', prefix);
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : readToken(token);
  const limit = readLimit(query.get('max-keys'));
  const later = bucket.store.keys(prefix).filter((key) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const keys = later.slice(0, limit);
  const last = keys.at(-1);
  const truncated = last !== undefined && later.length > keys.length;
  sendXml(response, 'ListBucketResult', {
    Name: bucket.name,
    Prefix: prefix,
    KeyCount: keys.length,
    MaxKeys: limit,
    IsTruncated: truncated,
    ...(token !== null && { ContinuationToken: token }),
    ...(truncated && { NextContinuationToken: Buffer.from(last).toString('base64url') }),
    Contents: keys.map((key) => {
      const object = bucket.store.object(key);
      if (object === undefined) return {};
      return {
        Key: key,
        LastModified: isoDate(object.lastModified),
        ETag: `"${object.etag}"`,
        ...(object.checksum && { ChecksumAlgorithm: object.checksum.algorithm.toUpperCase() }),
        Size: object.size,
        StorageClass: 'STANDARD',
      };
    }),
  });
}

/** A token is the last key of the previous page, so it stays valid after a restart. */
function readToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (key === '' || Buffer.from(key).toString('base64url') !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
  }
  return key;
}

function readLimit(text: string | null): number {
  if (text === null) return mostKeys;
  if (!/^\d{1,9}$/.test(text))
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range');
  return Math.min(Number(text), mostKeys);
}
