import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FileFailure } from '../../protocol/index.ts';
import {
  announce,
  announcementOf,
  get,
  newFile,
  offered,
  put,
  putHalf,
  type RoomFiles,
  sample,
  send,
  told,
} from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let files: RoomFiles;
let facebook: RawClient;
let columbia: RawClient;
beforeAll(async () => {
  room = await openRoom();
  files = room.files;
  facebook = await room.enter('Facebook');
  columbia = await room.enter('Columbia');
});
afterEach(async () => {
  await files.clear();
  expect(await files.count()).toEqual(nothing);
});
afterAll(async () => {
  await room.close();
});

const nothing = { records: 0, objects: 0 };
const stored = () => expect.poll(() => files.states()).toEqual(['stored']);
const failure = (name: string, reason: FileFailure) => facebook.event('file-failed', { name, reason, to: 'Columbia' });

describe('an event of S3', () => {
  test('for bytes other than announced: they are deleted, and the sender is told once', async () => {
    const { name } = await announce(facebook, 'columbia');
    const key = await files.onlyKey();
    // The presigned URL itself does not accept other bytes.
    await files.plant(key, Buffer.from(sample).fill('x', 0, 1));
    await failure(name, 'damaged');
    await files.tellAgain(key);
    await expect.poll(() => files.count()).toEqual(nothing);
    expect(await told(room, 'facebook', name)).toEqual(['file-failed']);
    expect(await told(room, 'columbia', name)).toEqual([]);
  });

  test('for too few bytes: the same', async () => {
    const { name } = await announce(facebook, 'columbia');
    await files.plant(await files.onlyKey(), sample.subarray(1));
    await failure(name, 'damaged');
  });

  test.each(['files/nobody/nothing/1', 'files/a', 'files/a/b/c/d'])(
    'for bytes at %s, which have no record: they are deleted',
    async (key) => {
      await files.plant(key, sample);
      await expect.poll(() => files.objects()).toEqual([]);
    },
  );
});

describe('an upload', () => {
  test('that never began or was not completed fails when it is overdue, and the sender is told', async () => {
    const never = await announce(facebook, 'columbia');
    const half = await announce(facebook, 'columbia');
    await putHalf(half.place, sample, 10);
    await files.tidy();
    expect(await files.count()).toEqual({ records: 2, objects: 0 });
    await files.makeDue();
    await files.tidy();
    await failure(never.name, 'unfinished');
    await failure(half.name, 'unfinished');
    expect(await told(room, 'columbia', never.name)).toEqual([]);
    // The file may be announced again. Bytes at the first object key have no record now.
    await put(never.place, sample);
    await expect.poll(() => files.objects()).toEqual([]);
    await send(facebook, 'columbia', never);
    await columbia.event('file', { name: never.name });
  });

  test('fails if the recipient blocks the sender meanwhile', async () => {
    const { name, place } = await announce(facebook, 'columbia');
    await columbia.get('block', { user: 'facebook' });
    await put(place, sample);
    await failure(name, 'blocked');
    expect(await told(room, 'columbia', name)).toEqual([]);
    await columbia.get('unblock', { user: 'facebook' });
  });

  test('fails if the recipient deregisters meanwhile, even if the name has a new owner', async () => {
    await room.register('mortal');
    const { name, place } = await announce(facebook, 'mortal');
    const guest = await room.connect();
    await guest.get('deregister', { user: 'mortal', password });
    const heir = await room.enter('mortal');
    await put(place, sample);
    await facebook.event('file-failed', { name, reason: 'no-such-user', to: 'mortal' });
    expect(await heir.get('sync', { inbox: 0 })).toMatchObject({ messages: [] });
    expect(heir.events('file')).toEqual([]);
    await Promise.all([guest.close(), heir.close()]);
  });

  test('arrives even if the sender deregisters meanwhile', async () => {
    const leaver = await room.enter('leaver');
    const { name, place } = await announce(leaver, 'columbia');
    await leaver.get('logout', {});
    const guest = await room.connect();
    await guest.get('deregister', { user: 'leaver', password });
    await put(place, sample);
    await columbia.event('file', { name, from: 'leaver' });
    const heir = await room.enter('leaver');
    expect(await get(await columbia.get('fileget', { from: 'leaver', name }))).toMatchObject({ body: sample });
    await columbia.get('filedone', { from: 'leaver', name });
    // The new owner of the name has sent no file.
    expect(await heir.get('sync', { inbox: 0 })).toMatchObject({ messages: [] });
    expect(heir.events('file-received')).toEqual([]);
    await Promise.all([guest.close(), heir.close()]);
  });
});

describe('a waiting file', () => {
  test('is deleted when its recipient deregisters; a later owner of the name does not get it', async () => {
    await room.register('mortal2');
    const { name, place } = await announce(facebook, 'mortal2');
    await put(place, sample);
    await stored();
    const guest = await room.connect();
    await guest.get('deregister', { user: 'mortal2', password });
    const heir = await room.enter('mortal2');
    expect(await heir.get('fileget', {})).toMatchObject({ files: [] });
    await files.tidy();
    await facebook.event('file-failed', { name, reason: 'no-such-user' });
    expect(await files.count()).toEqual(nothing);
    await Promise.all([guest.close(), heir.close()]);
  });

  test('cannot be fetched after its expiry, and is then deleted by the tidying run', async () => {
    const { name, place } = await announce(facebook, 'columbia');
    await put(place, sample);
    await columbia.event('file', { name });
    await files.makeDue();
    expect(await offered(columbia)).toEqual([]);
    expect(await columbia.refused('fileget', { from: 'facebook', name })).toMatchObject({ code: 'no-such-file' });
    expect(await columbia.refused('filedone', { from: 'facebook', name })).toMatchObject({ code: 'no-such-file' });
    // A file of that name may be sent again, even before the tidying run.
    await facebook.get('file', announcementOf('columbia', { name, bytes: Buffer.from('another') }));
    await failure(name, 'expired');
    expect(await files.states()).toEqual(['announced']);
    await expect.poll(() => files.objects()).toEqual([]);
  });

  test('can be fetched by a recipient who has blocked its sender since', async () => {
    const { name, place } = await announce(facebook, 'columbia');
    await put(place, sample);
    await columbia.event('file', { name });
    await columbia.get('block', { user: 'facebook' });
    expect(await get(await columbia.get('fileget', { from: 'facebook', name }))).toMatchObject({ body: sample });
    await columbia.get('filedecline', { from: 'facebook', name });
    await facebook.event('file-declined', { name });
    await columbia.get('unblock', { user: 'facebook' });
  });

  test('whose bytes are gone cannot be downloaded, but can be declined', async () => {
    const { name, place } = await announce(facebook, 'columbia');
    await put(place, sample);
    await columbia.event('file', { name });
    await files.lose(await files.onlyKey());
    // S3 answers 403 because the signing function may not list the bucket. An emulator without roles answers 404.
    const { status } = await get(await columbia.get('fileget', { from: 'facebook', name }));
    expect([403, 404]).toContain(status);
    await columbia.get('filedecline', { from: 'facebook', name });
    await facebook.event('file-declined', { name });
  });

  test('is listed among hundreds, as many as fit one reply', async () => {
    const one = await announce(facebook, 'columbia');
    await put(one.place, sample);
    await columbia.event('file', { name: one.name });
    const takeAway = await files.multiply(300);
    const { files: listed, more } = await columbia.get('fileget', {});
    expect(listed).toHaveLength(200);
    expect(more).toBe(true);
    await takeAway();
  });

  test('is listed even if many files were announced and never uploaded', async () => {
    await announce(facebook, 'columbia');
    const [record = {}] = await files.records();
    // More than DynamoDB returns in one page, and sorted before the waiting file.
    const keys = Array.from({ length: 4 }, (_one, i) => ({ recipient: record['recipient'], file: `!${i}` }));
    const padding = 'x'.repeat(350_000);
    await room.database.putAll(
      'FileRecords',
      keys.map((key) => ({ ...record, ...key, padding })),
    );
    const file = newFile();
    await send(facebook, 'columbia', file);
    await columbia.event('file', { name: file.name });
    expect(await columbia.get('fileget', {})).toMatchObject({ files: [{ name: file.name }], more: false });
    for (const key of keys) await room.database.remove('FileRecords', key);
  });
});
