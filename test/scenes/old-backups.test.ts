import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { administer } from '../harness/console.ts';
import { get, offered } from '../harness/files.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { snapshot } from '../harness/seeded-room.ts';
import { brokenPromises } from '../harness/table-snapshot.ts';

/**
 * Backups of the same room by earlier versions of this project, oldest first, with their numbers of messages and files.
 * All have format version 1, with optional additions. The file's name says what was new in it.
 */
const backups = [
  ['1-first', 6, 0],
  ['2-file-size-limit', 6, 0],
  ['3-files-and-rate-limits', 7, 1],
  ['4-reset-password', 7, 1],
  ['5-invitations-and-bans', 6, 0],
] as const;

/** The room is empty at first. Each restore replaces the content of the previous one. */
let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

test.each(backups)('a restore of the backup %s gives a working room', async (name, messages, files) => {
  const file = fileURLToPath(new URL(`../fixtures/backups/${name}.ndjson.gz`, import.meta.url));
  const replaces = name !== backups[0][0];
  if (replaces) {
    // Otherwise the room would already have the content of the backup.
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
  // That backup was taken after a reset of this account's password.
  expect(login.ok).toBe(name !== '4-reset-password');
  await network.close();
});

test('the restored bans, invitations and suspended users are those of the last backup', async () => {
  const { bans } = await room.admin({ command: 'banned-addresses' });
  const banned = ['192.0.2.0/24', '192.0.2.9/32'].map((address) => expect.objectContaining({ address }));
  expect(bans).toEqual(expect.arrayContaining(banned));
  expect((await room.admin({ command: 'invites' }))['invitations']).toHaveLength(2);
  expect(await room.admin({ command: 'suspended-users' })).toMatchObject({ users: [{ user: 'Google' }] });
});
