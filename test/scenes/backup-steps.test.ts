import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import { administer } from '../harness/console.ts';
import { get, send } from '../harness/files.ts';
import { playKilled } from '../harness/play-killed.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { openRestoredRoom, snapshot, waiting } from '../harness/seeded-room.ts';
import { brokenPromises } from '../harness/table-snapshot.ts';
import { tablesOf } from '../harness/tables.ts';

let room: SceneRoom;
let other: SceneRoom;
let folder: string;
let file: string;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ room, other, folder, file, close } = await openRestoredRoom());
});
afterAll(() => close());

describe('rare failures', () => {
  test('a step does not run twice at the same time, and is repeated if it failed', async () => {
    const admins = ({ function: name }: { function: string }) => name.startsWith('Admin');
    let { next } = await other.admin({ command: 'backup' });
    const goOn = () => other.admin({ command: 'backup', from: next });
    const atWork = deferred<void>();
    const held = deferred<undefined>();
    other.local.faults.beforeDynamoDb = (call) => {
      if (!admins(call) || call.operation !== 'Scan') return undefined;
      atWork.resolve();
      return held.promise;
    };
    // The header may be a separate step.
    const first = (async () => {
      const reply = await goOn();
      if (reply['stage'] !== 'users') return reply;
      next = reply['next'];
      return goOn();
    })();
    await atWork.promise;
    expect(await goOn()).toMatchObject({ ok: false, error: { code: 'busy' } });
    held.resolve(undefined);
    ({ next } = await first);
    other.local.faults.beforeDynamoDb = (call) => (admins(call) && call.operation === 'Query' ? 'before' : undefined);
    await expect(goOn()).rejects.toThrow();
    other.local.faults.reset();
    while (next !== undefined) {
      const reply = await goOn();
      expect(reply).toMatchObject({ ok: true });
      next = reply['next'];
    }
  });

  test('a message that the first read missed is in the backup', async () => {
    const tables = tablesOf(room.local);
    onTestFinished(() => tables.db.destroy());
    const TableName = tables.name('Messages');
    const [, , third] = await room.database.stream('inbox/columbia');
    if (!third) throw new Error('there is no third message');
    await tables.db.send(
      new DeleteCommand({ TableName, Key: { stream: third['stream'], position: third['position'] } }),
    );
    let looks = 0;
    room.local.faults.beforeDynamoDb = async ({ function: name, operation, input }) => {
      if (!name.startsWith('Admin') || operation !== 'Query' || !JSON.stringify(input).includes('inbox/columbia'))
        return;
      looks += 1;
      // Commit it between the first read and the second.
      if (looks === 2) await tables.db.send(new PutCommand({ TableName, Item: third }));
    };
    const late = join(folder, 'late.gz');
    await administer(room, 'backup', late);
    room.local.faults.reset();
    expect(looks).toBe(2);
    const text = gunzipSync(await readFile(late)).toString();
    expect([...text.matchAll(/"name":"columbia","accountId":"[^"]+"\},"seq":(\d)/g)].map(([, seq]) => seq)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  test('unprocessed writes are retried, and a write whose response was lost is repeated', async () => {
    await administer(other, 'stop');
    let halved = 0;
    other.local.faults.beforeDynamoDb = ({ function: name, operation }) => {
      if (!name.startsWith('Admin') || operation !== 'BatchWriteItem') return undefined;
      halved += 1;
      return halved % 5 === 4 ? 'after' : 'part';
    };
    expect(await administer(other, 'restore', file, '--replace')).toMatchObject({ code: 0, complaints: [] });
    other.local.faults.reset();
    expect(halved).toBeGreaterThan(5);
    const restored = await snapshot(other);
    expect(brokenPromises(restored)).toEqual([]);
    expect(restored.users.size).toBe(4);
    await administer(other, 'start');
  });
});

describe('files', () => {
  test('are restored with their bytes if the backup has them; otherwise only those whose bytes are in the bucket', {
    timeout: 180_000,
  }, async () => {
    // Larger than a part of an upload.
    const bytes = randomBytes(6_400_000);
    const facebook = await room.enter('facebook');
    for (const name of ['test_file.txt', 'empty']) {
      await send(facebook, 'Columbia', { name, bytes: name === 'empty' ? Buffer.alloc(0) : bytes });
    }
    await vi.waitFor(async () => expect(await waiting(room)).toEqual(['empty', 'test_file.txt']), { timeout: 40_000 });
    await facebook.get('logout', {});

    const [without, withFiles] = [join(folder, 'without.gz'), join(folder, 'with.gz')];
    await administer(room, 'backup', without);
    const { lines } = await administer(room, 'backup', '--with-files', withFiles);
    expect(lines).toContainEqual('[backup] The file records have been stored: 2.');
    expect((await stat(without)).size).toBeLessThan(bytes.length);

    await administer(other, 'stop');
    expect((await administer(other, 'restore', without, '--replace')).lines).toEqual(
      expect.arrayContaining([
        '[restore] 2 files were left out: their bytes are not in the bucket.',
        '[restore] All else has been restored.',
      ]),
    );
    expect(await waiting(other)).toEqual([]);
    // In many steps: each holds one piece at most.
    expect((await administer(other, 'restore', withFiles, '--replace')).lines).toContainEqual(
      '[restore] All of it has been restored.',
    );
    expect(await waiting(other)).toEqual(['empty', 'test_file.txt']);
    await administer(other, 'start');
    const Columbia = await other.enter('Columbia');
    const got = await get(await Columbia.get('fileget', { from: 'facebook', name: 'test_file.txt' }));
    expect(got.body.equals(bytes)).toBe(true);
    await Columbia.get('logout', {});

    // If the bytes are still in the bucket, the records are enough.
    await administer(other, 'stop');
    await administer(other, 'restore', without, '--replace');
    expect(await waiting(other)).toEqual(['empty', 'test_file.txt']);
    await administer(other, 'start');
    // Clean up, because later scenes back up this room again.
    const again = await other.enter('Columbia');
    await again.get('filedecline', { from: 'facebook', name: 'test_file.txt' });
    await again.get('logout', {});
    expect(await waiting(other)).toEqual(['empty']);
  });
});

test('a step that is killed after it stored bytes and before it stored its state can be repeated', {
  timeout: 180_000,
}, async () => {
  const facebook = await other.enter('facebook');
  const sent = randomBytes(1_000_000);
  await send(facebook, 'Google', { name: 'long.bin', bytes: sent });
  await vi.waitFor(async () => expect(await waiting(other)).toContain('long.bin'), { timeout: 40_000 });
  await facebook.get('logout', {});
  const before = await waiting(other);

  // A step stashes the bytes that do not fill a part of the upload yet.
  const stores = ['PutObject', 'CompleteMultipartUpload'];
  const backup = await playKilled(other, { command: 'backup', withFiles: true }, stores);
  expect(backup).toMatchObject({ reply: { ok: true } });
  expect(backup.killed).toBeGreaterThan(2);
  const { name, bytes } = backup.reply['backup'] as { name: string; bytes: number };
  const kept = (await administer(other, 'backups', '--json')).lines.map((line) => JSON.parse(line));
  expect(kept).toContainEqual(expect.objectContaining({ name, bytes }));

  await administer(other, 'stop');
  const restore = await playKilled(other, { command: 'restore', file: name, replace: true });
  expect(restore.reply).toMatchObject({ ok: true });
  expect(restore.killed).toBe(before.length);
  expect(await waiting(other)).toEqual(before);

  await administer(other, 'start');
  const google = await other.connect('127.0.0.2');
  await google.get('login', { user: 'Google', password });
  const got = await get(await google.get('fileget', { from: 'facebook', name: 'long.bin' }));
  expect(got.body.equals(sent)).toBe(true);
  await google.close();
});

test('a file that arrived during the backup is left out, and no bytes of replaced files remain', {
  timeout: 60_000,
}, async () => {
  const before = await waiting(other);
  let reply = await other.admin({ command: 'backup' });
  const goOn = async () => {
    expect(reply).toMatchObject({ ok: true });
    reply = await other.admin({ command: 'backup', from: reply['next'] });
  };
  // All inboxes have been read.
  while (reply['stage'] !== 'files') await goOn();
  const facebook = await other.enter('facebook');
  await send(facebook, 'Columbia', { name: 'late.txt', bytes: Buffer.from('late') });
  await vi.waitFor(async () => expect(await waiting(other)).toContain('late.txt'), { timeout: 40_000 });
  await facebook.get('logout', {});
  while (reply['next'] !== undefined) await goOn();
  const { name } = reply['backup'] as { name: string };

  await administer(other, 'stop');
  const restored = await administer(other, 'restore', name, '--replace');
  expect(restored.lines).toContainEqual('[restore] 1 file was left out: it came while the backup was being taken.');
  expect(await waiting(other)).toEqual(before);
  expect(await administer(other, 'doctor')).toMatchObject({ code: 0 });
  // Bytes of files that are not in the backup are deleted, too.
  expect(await administer(other, 'restore', file, '--replace')).toMatchObject({ code: 0 });
  expect(await waiting(other)).toEqual([]);
  expect(await administer(other, 'doctor')).toMatchObject({ code: 0 });
});

test('a file that arrived during a backup with files leaves no bytes in an empty room', async () => {
  const third = await openRoom({ speed: 50 });
  onTestFinished(() => third.close());
  const before = await waiting(room);
  const facebook = await room.enter('facebook');
  // All inboxes have been read.
  room.local.faults.beforeDynamoDb = async ({ function: name, operation, tables }) => {
    if (!name.startsWith('Admin') || operation !== 'Scan' || !tables.join().startsWith('FileRecords')) return;
    room.local.faults.reset();
    await send(facebook, 'Columbia', { name: 'late.txt', bytes: Buffer.from('late') });
    await vi.waitFor(async () => expect(await waiting(room)).toContain('late.txt'), { timeout: 40_000 });
  };
  const late = join(folder, 'late-file.gz');
  await administer(room, 'backup', '--with-files', late);
  await facebook.get('logout', {});
  expect((await administer(third, 'restore', late)).lines).toContainEqual(
    '[restore] 1 file was left out: it came while the backup was being taken.',
  );
  expect(await waiting(third)).toEqual(before);
  expect(await third.files.objects()).toHaveLength(before.length);
});
