import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { httpDate } from '../http.ts';
import { checksumHeader } from './digests.ts';
import { S3Error } from './errors.ts';
import { readRange } from './range.ts';
import { readAnnouncement, receive } from './receive.ts';
import type { StoredObject } from './records.ts';
import { descriptionHeaders, readDescription, type S3Request, wantsFreeKey } from './request.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(request: S3Request): Promise<void> {
  const { bucket, http, key, payload, origin, response } = request;
  request.use('PutObject');
  const said = readAnnouncement(http, payload);
  const description = readDescription(http);
  const reservation = wantsFreeKey(http) ? bucket.store.reserve(key) : undefined;
  const { file, path } = bucket.store.newFile();
  try {
    if (http.headers.expect !== undefined) response.writeContinue();
    const { size, md5, checksum } = await receive(http, said, path);
    const object: StoredObject = {
      key,
      file,
      size,
      etag: md5.toString('hex'),
      ...(checksum && { checksum }),
      lastModified: bucket.clock.now(),
      ...description,
    };
    await bucket.store.put(bucket.events.created(object, 'PutObject', origin), reservation);
    response.writeHead(200, { ...proof(object), 'x-amz-server-side-encryption': 'AES256', 'Content-Length': 0 }).end();
    bucket.events.announce(key);
  } finally {
    if (reservation !== undefined) bucket.store.release(reservation);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(request: S3Request): Promise<void> {
  const { bucket, http, key, query, response } = request;
  request.use('GetObject');
  const found = await bucket.store.read(key);
  if (found === undefined) throw absent(request);
  const { object, file } = found;
  try {
    checkConditions(object, http.headers);
    const range = readRange(http.headers.range, object.size);
    const headers = { ...descriptionHeaders(object, query), ...facts(object) };
    if (range === undefined) {
      response.writeHead(200, { ...headers, ...shownChecksum(object, http.headers), 'Content-Length': object.size });
    } else {
      const { first, last } = range;
      response.writeHead(206, {
        ...headers,
        'Content-Length': last - first + 1,
        'Content-Range': `bytes ${first}-${last}/${object.size}`,
      });
    }
    const bytes = range === undefined ? {} : { start: range.first, end: range.last };
    await pipeline(file.createReadStream({ ...bytes, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export function headObject(request: S3Request): void {
  const { bucket, http, key, query, response } = request;
  request.use('GetObject');
  const object = bucket.store.object(key);
  if (object === undefined) throw absent(request);
  checkConditions(object, http.headers);
  response
    .writeHead(200, {
      ...descriptionHeaders(object, query),
      ...facts(object),
      ...shownChecksum(object, http.headers),
      'Content-Length': object.size,
    })
    .end();
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html. Deleting a missing object succeeds. */
export async function deleteObject({ bucket, key, origin, response, use }: S3Request): Promise<void> {
  use('DeleteObject');
  if (await bucket.store.delete(key)) bucket.events.deleted(key, 'DeleteObject', bucket.clock.now(), origin);
  response.writeHead(204).end();
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax, "Permissions" */
function absent({ mayKnowOfAbsence }: S3Request): S3Error {
  return mayKnowOfAbsence()
    ? new S3Error('NoSuchKey', 'The specified key does not exist.')
    : new S3Error('AccessDenied', 'Access Denied');
}

/** The response headers by which a writer verifies the stored bytes. */
function proof({ etag, checksum }: StoredObject): Record<string, string> {
  return { ETag: `"${etag}"`, ...(checksum && { [checksumHeader(checksum.algorithm)]: checksum.value }) };
}

function facts({ etag, lastModified }: StoredObject): Record<string, string> {
  return {
    ETag: `"${etag}"`,
    'Last-Modified': httpDate(lastModified),
    'Accept-Ranges': 'bytes',
    'x-amz-server-side-encryption': 'AES256',
  };
}

/** The headers with the object's checksum, if the request asks for them. */
function shownChecksum({ checksum }: StoredObject, headers: IncomingHttpHeaders): Record<string, string> {
  if (checksum === undefined || headers['x-amz-checksum-mode']?.toString().toUpperCase() !== 'ENABLED') return {};
  return {
    [checksumHeader(checksum.algorithm)]: checksum.value,
    'x-amz-checksum-type': checksum.value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT',
  };
}

function checkConditions({ etag }: StoredObject, headers: IncomingHttpHeaders): void {
  const matches = (condition: string) =>
    condition.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^"(.*)"$/, '$1')));
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && !matches(ifMatch)) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch)) {
    throw new S3Error('NotModified', 'Not Modified', { ETag: `"${etag}"` });
  }
}
