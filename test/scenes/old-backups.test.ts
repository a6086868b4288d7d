import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { administer } from '../harness/console.ts';
import { get, offered } from '../harness/files.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { snapshot } from '../harness/seeded-room.ts';
import { brokenPromises } from '../harness/table-snapshot.ts';

/**
 * Backups that earlier versions of this project took of the same room, oldest first, and how many messages and files each holds.
 * All of them say version 1: what each version added can be missing. The file's name says what was new in it.
 */
const backups = [
  ['1-first', 6, 0],
  ['2-file-size-limit', 6, 0],
  ['3-files-and-rate-limits', 7, 1],
  ['4-reset-password', 7, 1],
] as const;

/** It is empty before the first backup; each later one replaces what the one before it restored. */
let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom({ speed: 50 });
});
afterAll(() => room.close());

test.each(backups)('the backup %s restores to a room that works', async (name, messages, files) => {
  const file = fileURLToPath(new URL(`../fixtures/backups/${name}.ndjson.gz`, import.meta.url));
  const replaces = name !== backups[0][0];
  if (replaces) {
    // Otherwise the room would hold already what the restore has to write.
    await room.change('maxCon', 99);
    await room.change('blockTime', 60);
    const stranger = await room.enter('stranger');
    for (const to of ['Columbia', 'network']) await stranger.get('message', { to, text: 'to be replaced' });
    await stranger.get('broadcast', { text: 'to be replaced' });
    await stranger.get('logout', {});
    await administer(room, 'stop');
  }
  const { code, lines, complaints } = await administer(room, 'restore', file, ...(replaces ? ['--replace'] : []));
  expect(complaints).toEqual([]);
  expect(code).toBe(0);
  expect(lines).toContain('[restore] All of it has been restored.');
  if (replaces) await administer(room, 'start');
  const restored = await snapshot(room);
  expect(brokenPromises(restored)).toEqual([]);
  expect([...restored.users.keys()].toSorted()).toEqual(['columbia', 'facebook', 'google', 'network']);
  expect([...restored.streams.values()].flat()).toHaveLength(messages);
  expect(restored.room).toMatchObject({ maxCon: 7, blockTime: 86_400, open: true });
  expect(restored.counters.get('room')).toBe(1);

  const columbia = await room.enter('Columbia');
  expect(await columbia.get('sync', { inbox: 3 })).toMatchObject({
    messages: [
      { seq: 4, text: '{"$set":["x"]}', from: 'facebook' },
      { seq: 5, text: 'five', from: 'network' },
      ...Array.from({ length: files }, () => ({ event: 'file', seq: 6, name: 'test_file.txt' })),
    ],
  });
  expect(await offered(columbia)).toEqual(Array.from({ length: files }, () => 'test_file.txt'));
  if (files > 0) {
    const { body } = await get(await columbia.get('fileget', { from: 'facebook', name: 'test_file.txt' }));
    expect(body).toHaveLength(20);
  }
  await columbia.get('logout', {});
  const facebook = await room.enter('facebook');
  expect(await facebook.get('blocklist', {})).toMatchObject({ users: ['Google', 'network'] });
  await facebook.get('logout', {});
  const network = await room.connect();
  const login = await network.ask('login', { user: 'network', password });
  // The last of these backups was taken after that account's password had been reset.
  expect(login.ok).toBe(name !== '4-reset-password');
  await network.close();
});
