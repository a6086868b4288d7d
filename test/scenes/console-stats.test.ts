import { afterAll, beforeAll, expect, test } from 'vitest';
import { admin } from '../harness/console.ts';
import { send } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const leave = (client: RawClient) => Promise.all([client.get('logout', {}), client.closed]);
const stats = async () => JSON.parse((await admin(room.url, ['stats', '--json'])).lines[0] ?? '');

test("stats counts the stored items, and estimates the month's cost from its counts", async () => {
  expect(await stats()).toMatchObject({ online: 0, users: 0, estimate: { total: 0, parts: [] } });
  const clients = [await room.enter('facebook'), await room.enter('Columbia')];
  await room.local.runSchedule();
  await clients[0]?.get('message', { to: 'Columbia', text: 'hello' });
  await clients[0]?.get('broadcast', { text: 'hello' });
  const found = await stats();
  // A table's size is computed from read units, so a table with an item has at least 4 KB.
  expect(found).toMatchObject({ online: 2, users: 2, messages: 2, storedBytes: 3 * 4096 });
  expect(found.estimate.parts.map(({ what }: { what: string }) => what)).toEqual([
    'hours online',
    'sessions',
    'messages',
    'broadcasts',
    'bytes in tables',
  ]);
  // Both were sent this month, because the room is new.
  expect(found.estimate.parts[2]).toMatchObject({ what: 'messages', count: 1 + 1 - found.estimate.parts[3].count });
  expect(found.estimate.total).toBeGreaterThan(0);
  const { lines } = await admin(room.url, ['stats']);
  expect(lines[0]).toBe('[admin] Online: 2');
  expect(lines).toContain('[admin] Files and backups: 0 bytes');
  expect(lines.at(-1)).toMatch(/^\[admin\] The estimate multiplies counts /);
  for (const client of clients) await leave(client);
});

test('files and backups are counted by the objects in S3', async () => {
  const [facebook, columbia] = [await room.enter('facebook'), await room.enter('Columbia')];
  await send(facebook, 'Columbia', { name: 'test_file.txt', bytes: Buffer.from('twelve bytes') });
  await columbia.event('file');
  expect((await stats()).objectBytes).toBe(12);
  await room.files.plant('backups/one.ndjson.gz', Buffer.alloc(30));
  await room.files.plant('logs/left out', Buffer.alloc(500));
  const { objectBytes, estimate } = await stats();
  expect(objectBytes).toBe(12 + 30);
  expect(estimate.parts).toContainEqual(
    expect.objectContaining({ what: 'bytes of files and backups', count: objectBytes }),
  );
  for (const client of [facebook, columbia]) await leave(client);
});

test('stored data has a cost even in a month without logins', async () => {
  const { usage } = await room.database.room();
  await room.database.set('Room', { room: 'room' }, { usage: { ...(usage as object), month: '2020-01' } });
  const { estimate } = await stats();
  expect(estimate.parts.map(({ what }: { what: string }) => what)).toEqual([
    'bytes in tables',
    'bytes of files and backups',
  ]);
  expect(estimate.total).toBeGreaterThan(0);
  await room.database.set('Room', { room: 'room' }, { usage });
});

test('a minute is counted once, even if several sweepers count it', async () => {
  const clients = await Promise.all(['a', 'b', 'c'].map((user) => room.enter(`user-${user}`)));
  const counted = async () => (await room.database.room())['usage'] as { minute: number; onlineMinutes: number };
  const before = await counted();
  // Set the last counted minute back.
  await room.database.set('Room', { room: 'room' }, { usage: { ...before, minute: before.minute - 1 } });
  await Promise.all(Array.from({ length: 5 }, () => room.local.runSchedule()));
  const after = await counted();
  expect(after.onlineMinutes).toBeGreaterThanOrEqual(before.onlineMinutes + 3);
  expect(after.onlineMinutes).toBeLessThanOrEqual(before.onlineMinutes + 3 * (after.minute - before.minute + 1));
  for (const client of clients) await leave(client);
});

test('a new month starts from zero', async () => {
  const client = await room.enter('facebook');
  await room.local.runSchedule();
  await room.database.set(
    'Room',
    { room: 'room' },
    { usage: { month: '2020-01', minute: 1, onlineMinutes: 9, loginsBefore: 0, broadcastsBefore: 0 } },
  );
  await room.local.runSchedule();
  const { usage, logins } = await room.database.room();
  expect(usage).toMatchObject({ month: new Date().toISOString().slice(0, 7), onlineMinutes: 1, loginsBefore: logins });
  await client.close();
});
