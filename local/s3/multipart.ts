import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import * as v from 'valibot';
import { readBody } from '../http.ts';
import { type Checksum, checksumElement, checksumHeader, checksumNamed, Digests } from './digests.ts';
import { notImplemented, S3Error } from './errors.ts';
import { readAnnouncement, receive } from './receive.ts';
import type { StoredObject, StoredPart } from './records.ts';
import { readDescription, type S3Request, wantsFreeKey } from './request.ts';
import { listOf, readXml, sendXml } from './xml.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const mostParts = 10_000;
const smallestPart = 5 * 1024 * 1024;
/** Enough for ten thousand parts with their ETags and checksums. */
const completionBytes = 8 * 1024 * 1024;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export async function createMultipartUpload({ bucket, http, key, response, use }: S3Request): Promise<void> {
  use('PutObject');
  const { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type } = http.headers;
  if (type !== undefined && type !== 'COMPOSITE') throw notImplemented(`multipart checksums of type ${String(type)}`);
  const id = randomBytes(24).toString('hex');
  await bucket.store.beginUpload({
    id,
    key,
    initiated: bucket.clock.now(),
    ...(algorithm !== undefined && { checksumAlgorithm: checksumNamed(String(algorithm)) }),
    ...readDescription(http),
  });
  sendXml(response, 'InitiateMultipartUploadResult', { Bucket: bucket.name, Key: key, UploadId: id });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export async function uploadPart(request: S3Request): Promise<void> {
  const { bucket, http, key, payload, query, response } = request;
  request.use('PutObject');
  const number = Number(query.get('partNumber'));
  if (!(Number.isInteger(number) && number >= 1 && number <= mostParts)) {
    throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${mostParts}, inclusive`);
  }
  const { record } = bucket.store.upload(key, query.get('uploadId') ?? '');
  const said = readAnnouncement(http, payload);
  if (record.checksumAlgorithm !== undefined && said.checksum?.algorithm !== record.checksumAlgorithm) {
    throw new S3Error('InvalidRequest', `Checksum Type mismatch occurred, expected: ${record.checksumAlgorithm}`);
  }
  const { file, path } = bucket.store.newFile();
  if (http.headers.expect !== undefined) response.writeContinue();
  const { size, md5, checksum } = await receive(http, said, path);
  const etag = md5.toString('hex');
  const lastModified = bucket.clock.now();
  await bucket.store.putPart(record, { number, file, size, etag, ...(checksum && { checksum }), lastModified });
  response
    .writeHead(200, {
      ETag: `"${etag}"`,
      ...(checksum && { [checksumHeader(checksum.algorithm)]: checksum.value }),
      'Content-Length': 0,
    })
    .end();
}

const completionSchema = v.object({
  CompleteMultipartUpload: v.object({
    Part: v.pipe(
      listOf(v.object({ PartNumber: v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number)), ETag: v.string() })),
      v.maxLength(mostParts),
    ),
  }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export async function completeMultipartUpload(request: S3Request): Promise<void> {
  const { bucket, http, key, query, origin, response } = request;
  request.use('PutObject');
  const { record, parts: uploaded } = bucket.store.upload(key, query.get('uploadId') ?? '');
  const body = (await readBody(http, completionBytes)).toString();
  const parts = chosenParts(readXml(body, completionSchema).CompleteMultipartUpload.Part, uploaded);
  const reservation = wantsFreeKey(http) ? bucket.store.reserve(key) : undefined;
  const { file, path } = bucket.store.newFile();
  try {
    await join(
      parts.map((part) => bucket.store.path(part.file)),
      path,
    );
    const checksum = record.checksumAlgorithm && (await compositeChecksum(record.checksumAlgorithm, parts));
    const object: StoredObject = {
      key,
      file,
      size: parts.reduce((sum, { size }) => sum + size, 0),
      etag: `${digest(
        'md5',
        parts.map(({ etag }) => Buffer.from(etag, 'hex')),
      )}-${parts.length}`,
      ...(checksum && { checksum }),
      lastModified: bucket.clock.now(),
      headers: record.headers,
      metadata: record.metadata,
    };
    await bucket.store.put(bucket.events.created(object, 'CompleteMultipartUpload', origin), reservation);
    await bucket.store.endUpload(record);
    sendXml(response, 'CompleteMultipartUploadResult', {
      Bucket: bucket.name,
      Key: key,
      ETag: `"${object.etag}"`,
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: 'COMPOSITE' }),
    });
    bucket.events.announce(key);
  } finally {
    if (reservation !== undefined) bucket.store.release(reservation);
  }
}

/** The parts of the object, in order. */
function chosenParts(
  wanted: readonly { readonly PartNumber: number; readonly ETag: string }[],
  uploaded: readonly StoredPart[],
): StoredPart[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const chosen = wanted.map(({ PartNumber, ETag }, index) => {
    if (PartNumber <= (wanted[index - 1]?.PartNumber ?? 0)) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    }
    const part = byNumber.get(PartNumber);
    if (part?.etag !== ETag.replaceAll('"', '')) {
      throw new S3Error('InvalidPart', 'One or more of the specified parts could not be found.');
    }
    return part;
  });
  if (chosen.slice(0, -1).some(({ size }) => size < smallestPart)) {
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  }
  return chosen;
}

/** Concatenates files into a new one. */
async function join(parts: readonly string[], path: string): Promise<void> {
  const whole = await open(path, 'wx', 0o600);
  try {
    for (const part of parts) {
      for await (const bytes of createReadStream(part)) await whole.writeFile(bytes);
    }
    await whole.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await whole.close();
  }
}

/** A checksum of the parts' checksums. */
async function compositeChecksum(algorithm: Checksum['algorithm'], parts: readonly StoredPart[]): Promise<Checksum> {
  const digests = new Digests([algorithm]);
  for (const { checksum } of parts) digests.update(Buffer.from(checksum?.value ?? '', 'base64'));
  const value = (await digests.end()).get(algorithm)?.toString('base64') ?? '';
  return { algorithm, value: `${value}-${parts.length}` };
}

function digest(algorithm: 'md5', pieces: readonly Buffer[]): string {
  const hash = createHash(algorithm);
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
