import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admin, administer } from '../harness/console.ts';
import { password, type SceneRoom } from '../harness/room.ts';
import { kept, openSeededRooms, snapshot } from '../harness/seeded-room.ts';

let room: SceneRoom;
let other: SceneRoom;
let folder: string;
let file: string;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ room, other, folder, close } = await openSeededRooms());
  file = join(folder, 'mine.ndjson.gz');
});
afterAll(() => close());

describe('a backup', () => {
  test('is saved to a local file, completely or not at all, which only its owner can read', async () => {
    const { code, lines, complaints } = await admin(room.url, ['backup', file]);
    expect(complaints).toEqual([]);
    // A slow backup also prints how far it is.
    expect(lines.filter((line) => !line.endsWith(' so far ...'))).toEqual([
      '[backup] The settings have been stored.',
      '[backup] The accounts have been stored: 4 users, passwords as hashes.',
      '[backup] The messages have been stored: 6.',
      '[backup] The file records have been stored: 0.',
      '[backup] The lists of blocked users have been stored.',
      '[backup] The login records have been stored: 5.',
      expect.stringMatching(/^\[backup\] The backup has been saved as .*mine\.ndjson\.gz \(\d+ bytes\)\.$/),
    ]);
    expect(code).toBe(0);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await administer(room, 'backup', file)).toMatchObject({
      code: 2,
      complaints: [`Error! ${file} exists already.`],
    });
  });

  test('consists of lines of JSON that zcat can read', async () => {
    const text = execFileSync('zcat', { input: await readFile(file), encoding: 'utf8' });
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line)));
    expect(records.flat()).toEqual([
      'header',
      ...Array(4).fill('user'),
      ...Array(6).fill('message'),
      ...Array.from({ length: 5 }, () => 'loginBlock'),
      'trailer',
    ]);
    expect(text).not.toContain(password);
  });

  test('is listed among the backups in the bucket', async () => {
    const { lines } = await administer(room, 'backups');
    expect(lines).toEqual([expect.stringMatching(/^room_[\d_-]+\.ndjson\.gz {2}\d+ bytes {2}\d{4}/)]);
  });

  test('with one step per invocation has the same content', async () => {
    const before = kept(await snapshot(room));
    // Into a room without users. It has a connection without a login, and one that a killed room left behind.
    const stranger = await other.connect();
    const ghost = {
      name: 'ghost',
      displayName: 'Ghost',
      accountId: 'ghost',
      connectionId: 'gone',
      address: '127.0.0.1',
    };
    await other.database.putAll('Presence', [{ shard: 0, ...ghost, since: 1, activeSince: 1, tokenHash: 'none' }]);
    expect(await admin(other.url, ['restore', file])).toMatchObject({ code: 0, complaints: [] });
    expect(await other.database.presence()).toEqual([]);
    await stranger.close();
    const again = join(folder, 'again.ndjson.gz');
    const recording = other.local.calls.record();
    expect(await administer(other, 'backup', again)).toMatchObject({ code: 0, complaints: [] });
    recording.stop();
    expect(recording.invocations.filter((one) => one.function.startsWith('Admin')).length).toBeGreaterThan(5);
    const recordsOf = async (path: string) =>
      gunzipSync(await readFile(path))
        .toString()
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => JSON.parse(line));
    const records = await recordsOf(again);
    expect(records).toHaveLength(16);
    expect(records).toEqual(expect.arrayContaining(await recordsOf(file)));
    expect(kept(await snapshot(other))).toEqual(before);
  });
});
