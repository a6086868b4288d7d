import { type FileHandle, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { decodeAwsChunked } from './aws-chunked.ts';
import { type Checksum, type ChecksumAlgorithm, checksumIn, checksumNamed, Digests } from './digests.ts';
import { notImplemented, S3Error } from './errors.ts';

/** The size and checksums of a body, as its request headers announce them. */
export interface Announcement {
  readonly length: number;
  /** Whether the body is encoded as `aws-chunked`. */
  readonly chunked: boolean;
  /** The signed SHA-256, in hex. */
  readonly payloadSha256: string | undefined;
  /** MD5 in base64. */
  readonly md5: string | undefined;
  /** The checksum to compute. Its value is undefined if it follows as a trailer. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string | undefined } | undefined;
}

/** A body that was received completely and synced to the disk. */
export interface Received {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksum: Checksum | undefined;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
const largestPut = 5 * 1024 ** 3;
/** S3's timeout for a client that stops sending, in real time. */
const patienceMs = 20_000;
const unsignedTrailer = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/**
 * Reads the headers that describe a request's body.
 * @param payload the signed hash of the payload.
 * @throws S3Error if a header is missing or invalid.
 */
export function readAnnouncement({ headers }: IncomingMessage, payload: string): Announcement {
  const chunked = payload === unsignedTrailer;
  if (payload.startsWith('STREAMING-') && !chunked) throw notImplemented(`bodies signed as ${payload}`);
  const length = headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'];
  if (typeof length !== 'string' || !/^\d+$/.test(length)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length) > largestPut) {
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && Buffer.from(String(md5), 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  return {
    length: Number(length),
    chunked,
    payloadSha256: /^[0-9a-f]{64}$/.test(payload) ? payload : undefined,
    md5: md5 === undefined ? undefined : String(md5),
    checksum: readChecksum(headers),
  };
}

function readChecksum(headers: IncomingMessage['headers']): Announcement['checksum'] {
  const given = Object.keys(headers).flatMap((name) => checksumIn(name) ?? []);
  if (given.length > 1) throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header.');
  const trailer = headers['x-amz-trailer'];
  const behind = trailer === undefined ? undefined : checksumIn(String(trailer));
  const [algorithm = behind] = given;
  if (algorithm === undefined) return undefined;
  const value = given.length === 0 ? undefined : String(headers[`x-amz-checksum-${algorithm}`]);
  const named = headers['x-amz-sdk-checksum-algorithm'];
  if (named !== undefined && checksumNamed(String(named)) !== algorithm) {
    throw new S3Error('InvalidRequest', 'Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  return { algorithm, value };
}

/**
 * Streams a body into a new file, and removes the file on an error.
 * @throws S3Error if the bytes differ from the announcement. Errors of the file system and the network pass through.
 */
export async function receive(request: IncomingMessage, said: Announcement, path: string): Promise<Received> {
  const file = await open(path, 'wx', 0o600);
  request.setTimeout(patienceMs, () => request.destroy(new Error('the client has stopped sending')));
  try {
    const received = await write(request, said, file);
    await file.sync();
    return received;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    request.setTimeout(0);
    await file.close();
  }
}

async function write(request: IncomingMessage, said: Announcement, file: FileHandle): Promise<Received> {
  const wanted = new Set<ChecksumAlgorithm>();
  if (said.checksum !== undefined) wanted.add(said.checksum.algorithm);
  if (said.payloadSha256 !== undefined) wanted.add('sha256');
  const digests = new Digests(wanted);
  const trailers = new Map<string, string>();
  // Keep the socket open, so that the client gets the response to a wrong body.
  const raw: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  let size = 0;
  for await (const bytes of said.chunked ? decodeAwsChunked(raw, trailers) : raw) {
    size += bytes.length;
    if (size > said.length) break;
    digests.update(bytes);
    await file.writeFile(bytes);
  }
  if (size !== said.length) {
    request.resume();
    throw new S3Error(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  }
  return check(said, trailers, size, await digests.end());
}

function check(
  said: Announcement,
  trailers: ReadonlyMap<string, string>,
  size: number,
  digests: ReadonlyMap<string, Buffer>,
): Received {
  const digest = (algorithm: string, encoding: 'hex' | 'base64') => digests.get(algorithm)?.toString(encoding) ?? '';
  if (said.payloadSha256 !== undefined && said.payloadSha256 !== digest('sha256', 'hex')) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  if (said.md5 !== undefined && said.md5 !== digest('md5', 'base64')) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const md5 = digests.get('md5') ?? Buffer.alloc(0);
  if (said.checksum === undefined) return { size, md5, checksum: undefined };
  const { algorithm } = said.checksum;
  const value = digest(algorithm, 'base64');
  if ((said.checksum.value ?? trailers.get(`x-amz-checksum-${algorithm}`)) !== value) {
    throw new S3Error(
      'BadDigest',
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
  return { size, md5, checksum: { algorithm, value } };
}
