import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { announce, announcementOf, offered, put, type RoomFiles, sample, told } from '../harness/files.ts';
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
  room.local.faults.reset();
  await files.clear();
  expect(await files.count()).toEqual(nothing);
});
afterAll(async () => {
  await room.close();
});

const nothing = { records: 0, objects: 0 };
const stored = () => expect.poll(() => files.states()).toEqual(['stored']);
describe('an event of S3', () => {
  test('that comes twice and late takes effect once', async () => {
    room.local.faults.event = { drop: 0, late: 0, delayMs: 0, double: 1 };
    const { name, place } = await announce(facebook, 'columbia');
    await put(place, sample);
    await columbia.event('file', { name });
    const key = await files.onlyKey();
    await files.tellAgain(key);
    await Promise.all([files.tellAgain(key), files.tellAgain(key)]);
    expect(await told(room, 'columbia', name)).toEqual(['file']);
    expect(await offered(columbia)).toEqual([name]);
    // The repeated events have the same number, so a client shows one.
    expect(
      new Set(
        columbia
          .events('file')
          .filter((one) => one['name'] === name)
          .map(({ seq }) => seq),
      ).size,
    ).toBe(1);
    await columbia.get('filedone', { from: 'facebook', name });
    await files.tellAgain(key);
    expect(await told(room, 'columbia', name)).toEqual(['file']);
    expect(await told(room, 'facebook', name)).toEqual(['file-received']);
  });

  test('that never comes is made up for by the tidying run', async () => {
    room.local.faults.event = { drop: 1, late: 0, delayMs: 0, double: 0 };
    const { name, place } = await announce(facebook, 'columbia');
    await put(place, sample);
    await files.tidy();
    expect(await offered(columbia)).toEqual([]);
    await files.makeDue();
    await files.tidy();
    expect(await columbia.event('file', { name })).toMatchObject({ from: 'Facebook' });
    expect(await offered(columbia)).toEqual([name]);
  });
});

describe('the event of a new file', () => {
  test('that is posted to a dead connection is delivered at the next login', async () => {
    room.local.faults.disconnect = { drop: 1, late: 0, delayMs: 0, double: 0 };
    const ghost = await room.enter('ghost');
    await ghost.kill();
    const { name, place } = await announce(facebook, 'ghost');
    await put(place, sample);
    await stored();
    // The failed post has detached the session, so its user can log in at once.
    await expect
      .poll(async () => (await room.database.presence()).find((one) => one.name === 'ghost'))
      .toMatchObject({
        detachedAt: expect.any(Number),
      });
    const again = await room.connect();
    await again.get('login', { user: 'ghost', password });
    expect(await again.get('sync', {})).toMatchObject({ messages: [{ event: 'file', name }] });
    await again.get('filedone', { from: 'facebook', name });
    await facebook.event('file-received', { name, by: 'ghost' });
    await again.get('logout', {});
  });

  test('that cannot be posted is posted again by another function', async () => {
    const { name, place } = await announce(facebook, 'columbia');
    room.local.faults.beforePost = ({ function: by }) => (by.startsWith('Files') ? 500 : undefined);
    await put(place, sample);
    await columbia.event('file', { name });
    expect(await told(room, 'columbia', name)).toEqual(['file']);
  });
});

test('a URL ends after five minutes; another content may be announced then', async () => {
  const { place, ...file } = await announce(facebook, 'columbia');
  room.local.clock.forward(4 * 60_000);
  const other = announcementOf('columbia', { ...file, bytes: Buffer.from('another') });
  await facebook.refused('file', other);
  room.local.clock.forward(60_000);
  expect((await put(place, sample)).status).toBe(403);
  expect(await files.objects()).toEqual([]);
  await facebook.get('file', other);
  await facebook.event('file-failed', { name: file.name, reason: 'unfinished' });
  expect(await files.records()).toMatchObject([{ sha256: other.sha256, state: 'announced' }]);
});
