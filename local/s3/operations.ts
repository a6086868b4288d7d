import { notImplemented, S3Error } from './errors.ts';
import { listObjectsV2 } from './listing.ts';
import { completeMultipartUpload, createMultipartUpload, uploadPart } from './multipart.ts';
import { deleteObject, getObject, headObject, putObject } from './objects.ts';
import { described, type S3Request } from './request.ts';

/** An operation of S3's API, and the method and parameters that identify it. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly on: 'bucket' | 'object';
  /** The query parameters that identify it. */
  readonly marks: readonly string[];
  /** The other query parameters that it supports. */
  readonly parameters?: readonly string[];
  readonly run: (request: S3Request) => Promise<void> | void;
}

const parameters = described.map((name) => `response-${name}`);

/** The supported operations: those that this project calls. The first match counts, so the more specific ones come first. */
const operations: readonly Operation[] = [
  { name: 'UploadPart', method: 'PUT', on: 'object', marks: ['partNumber', 'uploadId'], run: uploadPart },
  { name: 'CreateMultipartUpload', method: 'POST', on: 'object', marks: ['uploads'], run: createMultipartUpload },
  { name: 'CompleteMultipartUpload', method: 'POST', on: 'object', marks: ['uploadId'], run: completeMultipartUpload },
  { name: 'PutObject', method: 'PUT', on: 'object', marks: [], run: putObject },
  { name: 'GetObject', method: 'GET', on: 'object', marks: [], parameters, run: getObject },
  { name: 'HeadObject', method: 'HEAD', on: 'object', marks: [], parameters, run: headObject },
  { name: 'DeleteObject', method: 'DELETE', on: 'object', marks: [], run: deleteObject },
  {
    name: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    marks: ['list-type'],
    parameters: ['prefix', 'continuation-token', 'start-after', 'max-keys'],
    run: listObjectsV2,
  },
];

/** The supported `x-amz-` headers. */
const understood =
  /^x-amz-(content-sha256|date|security-token|user-agent|decoded-content-length|trailer|checksum-.+|meta-.+|sdk-checksum-algorithm)$/;
const conditions = ['if-match', 'if-modified-since', 'if-unmodified-since', 'if-range'];

/**
 * The operation that a request calls.
 * @throws S3Error NotImplemented that names the unsupported operation, parameter or header.
 */
export function operationOf({ http, key, query }: Pick<S3Request, 'http' | 'key' | 'query'>): Operation {
  const asked = [...query.keys()].filter((name) => !/^x-amz-|^x-id$/i.test(name));
  const on = key === '' ? 'bucket' : 'object';
  const operation = operations.find(
    (one) => one.method === http.method && one.on === on && one.marks.every((mark) => query.has(mark)),
  );
  if (operation === undefined) throw notImplemented(`${http.method} on a${on === 'bucket' ? '' : 'n'} ${on}`);
  const known = [...operation.marks, ...(operation.parameters ?? [])];
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw notImplemented(`the parameter ${unknown} of ${operation.name}`);
  const reads = operation.name === 'GetObject' || operation.name === 'HeadObject';
  for (const name of Object.keys(http.headers)) {
    const strange = name.startsWith('x-amz-') ? !understood.test(name) : conditions.includes(name);
    if (strange && !(reads && name === 'if-match')) throw notImplemented(`the header ${name} of ${operation.name}`);
  }
  if (Buffer.byteLength(key) > 1024) throw new S3Error('KeyTooLongError', 'Your key is too long');
  return operation;
}
