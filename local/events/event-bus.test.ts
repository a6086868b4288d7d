import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3 } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { probeFunction } from '../fixtures/assembly.ts';
import { heard, type ProbeRoom, startProbeRoom } from '../fixtures/probe-room.ts';
import { Bucket, bucketResources, presignUpload, s3Of, send, uploadHeaders } from '../fixtures/s3-client.ts';
import { readPattern } from './event-pattern.ts';

const resources = {
  ...bucketResources,
  Listener: probeFunction(),
  Arrived: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created', 'Object Deleted'],
        detail: { bucket: { name: [{ Ref: 'Store' }] }, object: { key: [{ prefix: 'files/' }] } },
      },
      Targets: [{ Arn: { 'Fn::GetAtt': ['Listener', 'Arn'] }, Id: 'Target0' }],
    },
  },
};

let room: ProbeRoom;
let s3: S3;
let events: ReturnType<typeof heard>;

beforeAll(async () => {
  room = await startProbeRoom(resources);
  s3 = s3Of(room);
  events = heard(room);
});
afterEach(() => room.faults.reset());
afterAll(async () => {
  s3.destroy();
  await room.close();
});

const put = (Key: string, Body = 'bytes') => s3.putObject({ Bucket, Key, Body });

test('an Object Created event reaches the function in the format of EventBridge', async () => {
  await put('backups/unheard');
  const upload = { key: 'files/heard of', bytes: Buffer.from('five!') };
  const { headers } = await send(await presignUpload(room, upload), {
    headers: uploadHeaders(upload),
    body: upload.bytes,
  });
  expect(await events.next()).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${Bucket}`],
    detail: {
      version: '0',
      bucket: { name: Bucket },
      object: {
        key: upload.key,
        size: 5,
        etag: String(headers.etag).replaceAll('"', ''),
        sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      },
      'request-id': headers['x-amz-request-id'],
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  });
});

test('a multipart upload and a deletion send events, too', async () => {
  const target = { Bucket, Key: 'files/in parts' };
  const { UploadId } = await s3.createMultipartUpload(target);
  const { ETag } = await s3.uploadPart({ ...target, UploadId, PartNumber: 1, Body: 'part' });
  await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
  expect(await events.next()).toMatchObject({
    'detail-type': 'Object Created',
    detail: { reason: 'CompleteMultipartUpload', object: { key: target.Key, size: 4 } },
  });
  await s3.deleteObject(target);
  expect(await events.next()).toMatchObject({
    'detail-type': 'Object Deleted',
    detail: { reason: 'DeleteObject', object: { key: target.Key }, 'deletion-type': 'Permanently Deleted' },
  });
});

test('the recorder reports the event that triggered an invocation', async () => {
  const recording = room.calls.record();
  await put('files/recorded');
  await events.next();
  await expect.poll(() => recording.invocations).toHaveLength(1);
  recording.stop();
  expect(recording.invocations).toMatchObject([
    { function: 'Listener', mode: 'async', trigger: { source: 'event', detail: 'Arrived' } },
  ]);
});

test('events can be lost, repeated and delayed', async () => {
  room.faults.event.drop = 1;
  await put('files/lost');
  room.faults.reset();
  room.faults.event.double = 1;
  await put('files/doubled');
  const twice = [await events.next(), await events.next()];
  expect(twice).toMatchObject([{ detail: { object: { key: 'files/doubled' } } }, { id: twice[0]?.['id'] }]);
  room.faults.reset();
  room.faults.event = { drop: 0, double: 0, late: 1, delayMs: 500 };
  await put('files/late');
  room.faults.reset();
  await put('files/later');
  expect(await events.next()).toMatchObject({ detail: { object: { key: 'files/later' } } });
  expect(await events.next()).toMatchObject({ detail: { object: { key: 'files/late' } } });
});

test('an event that was not delivered before the end is delivered at the next start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'local-room-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const first = await startProbeRoom(resources, { dataDir });
  // Too late for this run to deliver the event.
  first.faults.event = { drop: 0, double: 0, late: 1, delayMs: 60_000 };
  const before = s3Of(first);
  await before.putObject({ Bucket, Key: 'files/untold', Body: 'x' });
  before.destroy();
  await first.close();
  // A listener would be too late for events at the start, so read the log.
  const log = async ({ lambdaLogs }: ProbeRoom) => readFile(lambdaLogs.file, 'utf8');
  const second = await startProbeRoom(resources, { dataDir });
  await expect.poll(() => log(second)).toContain('files/untold');
  await expect.poll(() => notes(dataDir)).not.toContain('Object Created');
  await second.close();
  const third = await startProbeRoom(resources, { dataDir });
  const told = heard(third);
  const after = s3Of(third);
  await after.putObject({ Bucket, Key: 'files/next', Body: 'x' });
  expect(await told.next()).toMatchObject({ detail: { object: { key: 'files/next' } } });
  expect(await log(third)).not.toContain('files/untold');
  after.destroy();
  await third.close();
});

/** The records of the objects in the data folder. */
async function notes(dataDir: string): Promise<string> {
  const folder = join(dataDir, 's3', 'Store', 'objects');
  const files = await readdir(folder);
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join();
}

test("lifecycle rules delete objects and abort uploads at midnight of the room's clock", async () => {
  const day = 24 * 60 * 60_000;
  for (const Key of ['files/old', 'backups/old']) await put(Key);
  const begun = { Bucket, Key: 'backups/begun' };
  const { UploadId } = await s3.createMultipartUpload(begun);
  const keys = async () => (await s3.listObjectsV2({ Bucket })).Contents?.map(({ Key }) => Key);
  const midnight = Math.ceil(room.clock.now() / day) * day;
  room.clock.forward(midnight + 2 * day - room.clock.now() - 60_000);
  await room.deleteExpired();
  expect(await keys()).toEqual(expect.arrayContaining(['files/old', 'backups/old']));
  // The rules apply within an hour.
  room.clock.forward(60 * 60_000);
  await expect.poll(keys).not.toContain('files/old');
  expect(await keys()).toContain('backups/old');
  await expect(s3.uploadPart({ ...begun, UploadId, PartNumber: 1, Body: 'x' })).rejects.toThrow('upload');
});

const event = { source: 'aws.s3', tags: ['a', 'b'], detail: { size: 5, key: 'files/x.txt', gone: null, good: true } };

test.each([
  [{ source: ['aws.s3', 'aws.ec2'] }, true],
  [{ source: ['aws.ec2'] }, false],
  [{ detail: { size: [5], gone: [null], good: [true] } }, true],
  [{ detail: { size: ['5'] } }, false],
  [{ detail: { key: [{ prefix: 'files/' }] } }, true],
  [{ detail: { key: [{ prefix: 'backups/' }, { suffix: '.txt' }] } }, true],
  [{ detail: { key: [{ prefix: 'backups/' }] } }, false],
  [{ detail: { size: [{ prefix: '5' }] } }, false],
  [{ tags: ['b'] }, true],
  [{ tags: ['c'] }, false],
  [{ detail: { absent: [null] } }, false],
  [{ source: { deeper: ['x'] } }, false],
])('the pattern %j matches: %j', (pattern, expected) => {
  expect(readPattern(pattern, 'Rule')(event)).toBe(expected);
});

test.each([
  [{ detail: { size: [{ numeric: ['>', 1] }] } }, 'Rule.detail.size: the event pattern {"numeric":[">",1]}'],
  [{ $or: [{ source: ['x'] }] }, 'Rule.$or'],
  [{ source: 'aws.s3' }, 'Rule.source is no event pattern'],
])('the pattern %j is refused by name', (pattern, message) => {
  expect(() => readPattern(pattern, 'Rule')).toThrow(message);
});
