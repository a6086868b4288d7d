import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, type S3 } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import {
  Bucket,
  bucketResources,
  presignUpload,
  s3Of,
  send,
  type Upload,
  uploadHeaders,
} from '../fixtures/s3-client.ts';

let room: ProbeRoom;
let s3: S3;
let dataDir: string;
let count = 0;

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

/** A new upload for each test. */
function upload(text = 'the very bytes'): Upload {
  count += 1;
  return { key: `files/${count}`, bytes: Buffer.from(text) };
}

const exists = async (Key: string) => {
  const { KeyCount } = await s3.listObjectsV2({ Bucket, Prefix: Key });
  return KeyCount === 1;
};
const storedFiles = () => readdir(join(dataDir, 's3', 'Store', 'bytes'));

describe('an upload', () => {
  test('is accepted as signed', async () => {
    const one = upload();
    const url = await presignUpload(room, one);
    const answer = await send(url, { headers: uploadHeaders(one), body: one.bytes });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-amz-checksum-sha256': uploadHeaders(one)['x-amz-checksum-sha256'], etag: /^"[0-9a-f]{32}"$/ },
    });
    const { Body } = await s3.getObject({ Bucket, Key: one.key });
    expect(await Body?.transformToString()).toBe('the very bytes');
  });

  test('is accepted from fetch', async () => {
    const one = upload();
    const headers = uploadHeaders(one);
    const answer = await fetch(await presignUpload(room, one), {
      method: 'PUT',
      headers,
      body: Buffer.from(one.bytes),
    });
    expect(answer.status).toBe(200);
  });

  test('is accepted once', async () => {
    const one = upload();
    const url = await presignUpload(room, one);
    const again = () => send(url, { headers: uploadHeaders(one), body: one.bytes });
    expect((await again()).status).toBe(200);
    expect(await again()).toMatchObject({ status: 412, code: 'PreconditionFailed' });
  });

  test('is accepted once if several clients send it at the same time', async () => {
    const one = upload('x'.repeat(1_000_000));
    const url = await presignUpload(room, one);
    const sent = Array.from({ length: 5 }, () => send(url, { headers: uploadHeaders(one), body: one.bytes }));
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412, 412, 412, 412]);
  });

  const wrong = Buffer.from('THE VERY BYTES');
  test.each<
    [string, (one: Upload, url: string) => { url?: string; headers?: object; body?: Uint8Array }, number, string]
  >([
    ['other bytes of the permission length', () => ({ body: wrong }), 400, 'BadDigest'],
    [
      'another length',
      () => ({ headers: { 'content-length': '4' }, body: Buffer.from('four') }),
      403,
      'SignatureDoesNotMatch',
    ],
    [
      'another checksum and the matching bytes',
      () => ({ headers: { 'x-amz-checksum-sha256': 'ab'.repeat(22) }, body: wrong }),
      403,
      'SignatureDoesNotMatch',
    ],
    ['no checksum', () => ({ headers: { 'x-amz-checksum-sha256': undefined } }), 403, 'SignatureDoesNotMatch'],
    ['no condition', () => ({ headers: { 'if-none-match': undefined } }), 403, 'SignatureDoesNotMatch'],
    ['a header that was not signed', () => ({ headers: { 'x-amz-meta-more': 'x' } }), 403, 'AccessDenied'],
    ['another key', (_, url) => ({ url: url.replace('/files/', '/backups/') }), 403, 'SignatureDoesNotMatch'],
    ['another bucket', (_, url) => ({ url: url.replace(Bucket, 'test-other') }), 403, 'SignatureDoesNotMatch'],
    ['a longer life', (_, url) => ({ url: url.replace('Expires=60', 'Expires=600') }), 403, 'SignatureDoesNotMatch'],
    ['another host', () => ({ headers: { host: 'localhost' } }), 403, 'SignatureDoesNotMatch'],
    ["a stranger's key", (_, url) => ({ url: url.replace(/ASIA\w{4}/, 'ASIAAAAA') }), 403, 'InvalidAccessKeyId'],
    ['another token', (_, url) => ({ url: url.replace(/(Token=)[^&]+/, '$1x') }), 400, 'InvalidToken'],
    ['no signature', (_, url) => ({ url: url.split('?')[0] ?? '' }), 403, 'AccessDenied'],
  ])('with %s is refused, and leaves nothing', async (_, change, status, code) => {
    const one = upload();
    const before = await storedFiles();
    const url = await presignUpload(room, one);
    const { headers = {}, ...rest } = change(one, url);
    const defined = Object.entries({ ...uploadHeaders(one), ...headers }).filter(([, value]) => value !== undefined);
    const answer = await send(rest.url ?? url, { headers: Object.fromEntries(defined), body: rest.body ?? one.bytes });
    expect(answer).toMatchObject({ status, code });
    expect(await exists(one.key)).toBe(false);
    expect(await storedFiles()).toEqual(before);
  });

  test('leaves nothing if it breaks off', async () => {
    const one = upload('x'.repeat(1_000_000));
    const before = await storedFiles();
    const outgoing = request(await presignUpload(room, one), { method: 'PUT', headers: uploadHeaders(one) });
    outgoing.on('error', () => undefined);
    outgoing.write(one.bytes.subarray(0, 500_000));
    await expect.poll(storedFiles).toHaveLength(before.length + 1);
    outgoing.destroy();
    await expect.poll(storedFiles).toEqual(before);
    expect(await exists(one.key)).toBe(false);
  });

  test('is refused before its body with Expect: 100-continue', async () => {
    const one = upload();
    await s3.putObject({ Bucket, Key: one.key, Body: 'there' });
    const outgoing = request(await presignUpload(room, one), {
      method: 'PUT',
      headers: { ...uploadHeaders(one), expect: '100-continue' },
    });
    outgoing.on('error', () => undefined).on('continue', () => expect.unreachable());
    onTestFinished(() => void outgoing.destroy());
    outgoing.flushHeaders();
    const [response] = await once(outgoing, 'response');
    expect(response.statusCode).toBe(412);
  });

  test('conflicts with a deletion in the meantime, and may be sent again', async () => {
    const one = upload();
    const url = await presignUpload(room, one);
    const outgoing = request(url, { method: 'PUT', headers: uploadHeaders(one) });
    const answered = once(outgoing, 'response');
    const before = await storedFiles();
    outgoing.write(one.bytes.subarray(0, 5));
    await expect.poll(storedFiles).toHaveLength(before.length + 1);
    await s3.putObject({ Bucket, Key: one.key, Body: 'between' });
    await s3.deleteObject({ Bucket, Key: one.key });
    outgoing.end(one.bytes.subarray(5));
    const [response] = await answered;
    expect(response.resume().statusCode).toBe(409);
    expect((await send(url, { headers: uploadHeaders(one), body: one.bytes })).status).toBe(200);
  });
});

test("a URL is valid until it expires on the room's clock", async () => {
  // A function signs it, because its clock is the room's.
  const sign = async (expiresIn: number) =>
    String(await room.order({ do: 'presign', input: { Bucket, Key: 'none', expiresIn } }));
  const [short, long] = [await sign(300), await sign(60 * 60 * 24)];
  room.clock.forward(4 * 60_000);
  expect(await send(short, { method: 'GET' })).toMatchObject({ status: 404, code: 'NoSuchKey' });
  room.clock.forward(60_001);
  expect((await send(short, { method: 'GET' })).body).toContain('Request has expired');
  expect(await send(long, { method: 'GET' })).toMatchObject({ status: 404 });
});

test('a URL outlives the environment that signed it', async () => {
  const url = String(await room.order({ do: 'presign', input: { Bucket, Key: 'files/outlives', expiresIn: 60 } }));
  await s3.putObject({ Bucket, Key: 'files/outlives', Body: 'there' });
  await expect(room.order({ do: 'exit', input: 1 })).rejects.toThrow();
  expect(await send(url, { method: 'GET' })).toMatchObject({ status: 200, body: 'there' });
});

test('the URL can set the file name of a download', async () => {
  await s3.putObject({ Bucket, Key: 'files/named', Body: 'x', ContentType: 'text/plain' });
  const command = new GetObjectCommand({ Bucket, Key: 'files/named', ResponseContentDisposition: 'attachment' });
  const answer = await send(await getSignedUrl(s3, command), { method: 'GET' });
  expect(answer.headers).toMatchObject({ 'content-disposition': 'attachment', 'content-type': 'text/plain' });
});

test('calls are recorded with the signer, the operation and the permission', async () => {
  const recording = room.calls.record();
  const url = String(await room.order({ do: 'presign', input: { Bucket, Key: 'files/recorded', expiresIn: 60 } }));
  await send(url, { method: 'GET' });
  await s3.listObjectsV2({ Bucket, Prefix: 'files/' });
  recording.stop();
  // The download of the previous test may be recorded only after its client has finished.
  expect(recording.calls.filter(({ permissions }) => permissions[0]?.key !== 'files/named')).toMatchObject([
    {
      service: 's3',
      operation: 'GetObject',
      function: 'Probe',
      status: 404,
      permissions: [{ action: 's3:GetObject', resource: 'Store', key: 'files/recorded' }],
    },
    {
      operation: 'ListObjectsV2',
      function: 'operator',
      status: 200,
      permissions: [{ action: 's3:ListBucket', resource: 'Store', key: 'files/' }],
    },
  ]);
});
