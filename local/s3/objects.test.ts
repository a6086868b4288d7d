import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3 } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { Bucket, bucketResources, s3Of, sha256 } from '../fixtures/s3-client.ts';
import { readXml } from './xml.ts';

let room: ProbeRoom;
let s3: S3;
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'local-s3-'));
  room = await startProbeRoom(bucketResources, { dataDir });
  s3 = s3Of(room);
});
afterAll(async () => {
  s3.destroy();
  await room.close();
  await rm(dataDir, { recursive: true, force: true });
});

const textOf = async (Key: string) => (await s3.getObject({ Bucket, Key })).Body?.transformToString();
const storedFiles = () => readdir(join(dataDir, 's3', 'Store', 'bytes'));

describe('an object', () => {
  const keys = [
    'plain',
    'a b+c%20d',
    'naïve/ünïcode/🎈',
    '../../etc/passwd',
    'a//b/./c/..',
    "it's (all) *fine*!",
    '?x=1&y#z',
  ];

  test.each(keys)('is found under the key %j', async (Key) => {
    await s3.putObject({ Bucket, Key, Body: `of ${Key}` });
    expect(await textOf(Key)).toBe(`of ${Key}`);
    expect((await s3.listObjectsV2({ Bucket, Prefix: Key })).Contents).toMatchObject([{ Key }]);
    await s3.deleteObject({ Bucket, Key });
    await expect(textOf(Key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('keeps its headers and metadata', async () => {
    const said = {
      ContentType: 'text/plain',
      ContentDisposition: 'attachment; filename="x.txt"',
      CacheControl: 'no-store',
      Metadata: { sender: 'columbia' },
    };
    const body = Buffer.from('described');
    await s3.putObject({ Bucket, Key: 'described', Body: body, ChecksumSHA256: sha256(body), ...said });
    const expected = { ...said, ContentLength: 9, ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) };
    expect(await s3.getObject({ Bucket, Key: 'described' })).toMatchObject(expected);
    const head = await s3.headObject({ Bucket, Key: 'described', ChecksumMode: 'ENABLED' });
    expect(head).toMatchObject({ ...expected, ChecksumSHA256: sha256(body) });
    expect(await s3.headObject({ Bucket, Key: 'described' })).not.toHaveProperty('ChecksumSHA256');
  });

  test('may be empty', async () => {
    await s3.putObject({ Bucket, Key: 'empty', Body: new Uint8Array() });
    expect(await s3.getObject({ Bucket, Key: 'empty' })).toMatchObject({ ContentLength: 0 });
  });

  test('may be streamed, with its checksum as a trailer', async () => {
    const bytes = randomBytes(300_000);
    const pieces = Array.from({ length: 30 }, (_, index) => bytes.subarray(index * 10_000, (index + 1) * 10_000));
    const Body = Readable.from(pieces);
    const put = await s3.putObject({
      Bucket,
      Key: 'streamed',
      Body,
      ContentLength: bytes.length,
      ChecksumAlgorithm: 'SHA256',
    });
    expect(put.ChecksumSHA256).toBe(sha256(bytes));
    const { Body: got, ContentEncoding } = await s3.getObject({ Bucket, Key: 'streamed' });
    expect(Buffer.from((await got?.transformToByteArray()) ?? [])).toEqual(bytes);
    expect(ContentEncoding).toBeUndefined();
  });

  test('is replaced atomically, and a reader of the old one reads it to the end', async () => {
    const old = 'old'.repeat(1_000_000);
    await s3.putObject({ Bucket, Key: 'replaced', Body: old });
    const files = (await storedFiles()).length;
    const { Body } = await s3.getObject({ Bucket, Key: 'replaced' });
    await s3.putObject({ Bucket, Key: 'replaced', Body: 'new' });
    expect(await textOf('replaced')).toBe('new');
    expect(await Body?.transformToString()).toBe(old);
    expect(await storedFiles()).toHaveLength(files);
  });

  test('is refused if its digest is wrong or invalid', async () => {
    const files = await storedFiles();
    const put = (wrong: object) => s3.putObject({ Bucket, Key: 'wrong', Body: 'right', ...wrong });
    const other = sha256(Buffer.from('other'));
    await expect(put({ ChecksumSHA256: other })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put({ ContentMD5: Buffer.alloc(16).toString('base64') })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put({ ContentMD5: 'x' })).rejects.toMatchObject({ name: 'InvalidDigest' });
    expect(await storedFiles()).toEqual(files);
  });

  test('may be created on the condition that it does not exist', async () => {
    const make = () => s3.putObject({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' });
    await make();
    await expect(make()).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    await s3.deleteObject({ Bucket, Key: 'once' });
    await make();
  });
});

test('XML with a document type is refused: its entities could expand without end', () => {
  const schema = v.object({ a: v.string() });
  expect(readXml('<a>&quot;b&quot;</a>', schema)).toEqual({ a: '"b"' });
  expect(() => readXml('<!DOCTYPE a [<!ENTITY e "b">]><a>&e;</a>', schema)).toThrow('not well-formed');
});

describe('reading a part', () => {
  const bytes = Buffer.from('0123456789');
  beforeAll(() => s3.putObject({ Bucket, Key: 'digits', Body: bytes }));

  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('%s is %s', async (Range, expected, ContentRange) => {
    const { Body, $metadata, ...got } = await s3.getObject({ Bucket, Key: 'digits', Range });
    expect(await Body?.transformToString()).toBe(expected);
    expect($metadata.httpStatusCode).toBe(206);
    expect(got).toMatchObject({ ContentRange, ContentLength: expected.length, AcceptRanges: 'bytes' });
  });

  test.each(['bytes=3-1', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-'])(
    '%s is not a range: the whole object is returned',
    async (Range) => {
      const { Body, $metadata } = await s3.getObject({ Bucket, Key: 'digits', Range });
      expect(await Body?.transformToString()).toBe('0123456789');
      expect($metadata.httpStatusCode).toBe(200);
    },
  );

  test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0'])('%s is refused as not satisfiable', async (Range) => {
    const getting = s3.getObject({ Bucket, Key: 'digits', Range });
    await expect(getting).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
  });

  test('resumes only in the same object', async () => {
    const { ETag = '' } = await s3.headObject({ Bucket, Key: 'digits' });
    const { Body } = await s3.getObject({ Bucket, Key: 'digits', IfMatch: ETag, Range: 'bytes=5-' });
    expect(await Body?.transformToString()).toBe('56789');
    const other = s3.getObject({ Bucket, Key: 'digits', IfMatch: '"0"', Range: 'bytes=5-' });
    await expect(other).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const same = s3.getObject({ Bucket, Key: 'digits', IfNoneMatch: ETag });
    await expect(same).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
  });
});

describe('many objects', () => {
  const keys = Array.from({ length: 25 }, (_, index) => `many/${String(index).padStart(3, '0')}`);
  beforeAll(async () => {
    for (const Key of keys) await s3.putObject({ Bucket, Key, Body: Key });
  });

  test('are listed page by page, in the order of their keys', async () => {
    const listed: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.listObjectsV2({ Bucket, Prefix: 'many/', MaxKeys: 10, ContinuationToken });
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
      expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
    } while (ContinuationToken !== undefined);
    expect(listed).toEqual(keys);
    const after = await s3.listObjectsV2({ Bucket, Prefix: 'many/', StartAfter: 'many/022' });
    expect(after.Contents).toMatchObject([{ Key: 'many/023', Size: 8 }, { Key: 'many/024' }]);
    const wrong = s3.listObjectsV2({ Bucket, ContinuationToken: '%' });
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});

describe('a request is refused', () => {
  test('by name if the local S3 does not support it', async () => {
    const refusals = [
      [() => s3.listBuckets({}), /no bucket/],
      [() => s3.listObjectsV2({ Bucket, Delimiter: '/' }), /delimiter/],
      [() => s3.putObject({ Bucket, Key: 'x', Body: 'x', ACL: 'public-read' }), /x-amz-acl/],
      [() => s3.putObject({ Bucket, Key: 'x', Body: 'x', IfMatch: '"x"' }), /if-match/],
      [() => s3.copyObject({ Bucket, Key: 'x', CopySource: `${Bucket}/y` }), /x-amz-copy-source/],
      [() => s3.putObject({ Bucket, Key: 'x', Body: 'x', ChecksumCRC32C: 'AAAAAA==' }), /crc32c/],
      [() => s3.getObjectTagging({ Bucket, Key: 'x' }), /tagging/],
      [() => s3.deleteObjects({ Bucket, Delete: { Objects: [{ Key: 'x' }] } }), /POST on a bucket/],
      [() => s3.abortMultipartUpload({ Bucket, Key: 'x', UploadId: 'y' }), /uploadId of DeleteObject/],
    ] as const;
    for (const [asked, message] of refusals) {
      await expect(asked()).rejects.toMatchObject({ name: 'NotImplemented', message: expect.stringMatching(message) });
    }
  });

  test('for a missing bucket', async () => {
    const put = s3.putObject({ Bucket: 'elsewhere', Key: 'x', Body: 'x' });
    await expect(put).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(s3.headObject({ Bucket: 'elsewhere', Key: 'x' })).rejects.toMatchObject({ name: 'NotFound' });
  });

  test('with a wrong secret, an unknown key, or no signature', async () => {
    const get = (credentials: typeof room.credentials) => {
      const stranger = s3Of(room, { credentials });
      onTestFinished(() => stranger.destroy());
      return stranger.getObject({ Bucket, Key: 'digits' });
    };
    const { credentials } = room;
    await expect(get({ ...credentials, secretAccessKey: 'x' })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(get({ ...credentials, accessKeyId: 'AKIAELSEWHERE' })).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    expect((await fetch(`${room.s3Endpoint}/${Bucket}/digits`)).status).toBe(403);
  });

  test('if it was signed too long ago', async () => {
    const late = s3Of(room, { systemClockOffset: -16 * 60_000 });
    onTestFinished(() => late.destroy());
    const get = late.getObject({ Bucket, Key: 'digits' });
    await expect(get).rejects.toMatchObject({ name: 'RequestTimeTooSkewed' });
  });
});

describe('a multipart upload', () => {
  const part = randomBytes(5 * 1024 * 1024);
  const end = randomBytes(1000);
  const target = { Bucket, Key: 'parts/whole' };

  const begin = async () => ({
    ...target,
    UploadId: (await s3.createMultipartUpload({ ...target, ChecksumAlgorithm: 'CRC32' })).UploadId ?? '',
  });
  const send = async (upload: Awaited<ReturnType<typeof begin>>, PartNumber: number, Body: Buffer) => {
    const { ETag, ChecksumCRC32 } = await s3.uploadPart({ ...upload, PartNumber, Body });
    return { PartNumber, ETag, ChecksumCRC32 };
  };

  test('becomes an object when it is completed', async () => {
    const upload = await begin();
    // Parts may arrive in any order and repeatedly.
    const parts = [
      await send(upload, 2, part),
      await send(upload, 3, end),
      await send(upload, 1, end),
      await send(upload, 1, part),
    ];
    await expect(s3.headObject(target)).rejects.toMatchObject({ name: 'NotFound' });
    const Parts = [parts[3], parts[0], parts[1]].flatMap((one) => one ?? []);
    const done = await s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
    expect(done).toMatchObject({ ETag: expect.stringMatching(/-3"$/), ChecksumCRC32: expect.stringMatching(/-3$/) });
    const { Body, ETag } = await s3.getObject(target);
    expect(ETag).toBe(done.ETag);
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(Buffer.concat([part, part, end]))).toBe(true);
    await expect(send(upload, 4, end)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  test('cannot be completed with missing parts', async () => {
    const upload = await begin();
    const [first, second] = [await send(upload, 1, end), await send(upload, 2, end)];
    const complete = (...Parts: object[]) => s3.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } });
    await expect(complete(first, second)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(second, first)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete({ ...first, ETag: second.ETag?.replace(/\w/, 'x') })).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(complete({ PartNumber: 7, ETag: first.ETag })).rejects.toMatchObject({ name: 'InvalidPart' });
  });
});

test('objects and uploads survive a restart; unreferenced bytes are removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'local-s3-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const first = await startProbeRoom(bucketResources, { dataDir: folder });
  const before = s3Of(first);
  await before.putObject({ Bucket, Key: 'kept', Body: 'kept', Metadata: { who: 'me' } });
  const { UploadId } = await before.createMultipartUpload({ Bucket, Key: 'begun' });
  const upload = { Bucket, Key: 'begun', UploadId };
  const { ETag, ChecksumCRC32 } = await before.uploadPart({ ...upload, PartNumber: 1, Body: 'part' });
  before.destroy();
  await first.close();
  const bytes = join(folder, 's3', 'Store', 'bytes');
  await writeFile(join(bytes, 'left-behind'), 'by a killed process');
  expect(await readdir(bytes)).toHaveLength(3);

  const second = await startProbeRoom(bucketResources, { dataDir: folder });
  expect(await readdir(bytes)).toHaveLength(2);
  const after = s3Of(second);
  const { Body, Metadata } = await after.getObject({ Bucket, Key: 'kept' });
  expect([await Body?.transformToString(), Metadata]).toEqual(['kept', { who: 'me' }]);
  await after.completeMultipartUpload({
    ...upload,
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] },
  });
  after.destroy();
  await second.close();

  const third = await startProbeRoom(bucketResources, { dataDir: folder, fresh: true });
  const fresh = s3Of(third);
  expect(await fresh.listObjectsV2({ Bucket })).toMatchObject({ KeyCount: 0 });
  fresh.destroy();
  await third.close();
});
