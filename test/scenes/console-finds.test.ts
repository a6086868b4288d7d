import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandSet } from '../../client/admin/command-set.ts';
import { RoomAdmin } from '../../client/admin/room-admin.ts';
import { adminAt } from '../harness/console.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

/** A project with the programs, and a room with its state in the project's folder. */
let project: string;
let program: string;
let room: SceneRoom;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'chat-project-'));
  program = join(project, 'dist', 'client', 'admin.mjs');
  await cp('dist/client', join(project, 'dist', 'client'), { recursive: true });
  room = await openRoom({ dataDir: join(project, '.local') });
});
afterAll(async () => {
  await room.close();
  await rm(project, { recursive: true, force: true });
});

const port = () => new URL(room.url).port;

test('the console finds the room of its own project on any port, and says where the bucket is', async () => {
  const { code, lines } = await adminAt(program, 'backup');
  expect(code).toBe(0);
  expect(lines.at(-1)).toBe(
    `[backup] The bucket is ${join(project, '.local', 's3')}. "backup <file>" saves a backup as a file.`,
  );
});

test('the console finds a room by its folder', async () => {
  expect(await adminAt('dist/client/admin.mjs', '--data', join(project, '.local'), 'stats')).toMatchObject({ code: 0 });
  const empty = join(project, 'empty');
  await mkdir(empty);
  expect(await adminAt('dist/client/admin.mjs', '--data', empty, 'stats')).toMatchObject({
    code: 3,
    complaints: [`Error! There is no room with its state in ${empty}. "npm start -- --data" starts one.`],
  });
});

test('a killed room leaves its file behind, and the console does not take another room for it', async () => {
  const folder = join(project, 'killed');
  await mkdir(folder);
  // Another room uses the port now.
  const file = { origin: `http://127.0.0.1:${port()}`, region: 'us-east-1', outputs: { AdminFunction: 'x' } };
  const credentials = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' };
  await writeFile(join(folder, 'room.json'), JSON.stringify({ ...file, ...credentials }), { mode: 0o600 });
  expect(await adminAt('dist/client/admin.mjs', '--data', folder, 'stats')).toMatchObject({ code: 3 });
});

test('Tab completes the backups in the bucket, and those on this machine', async () => {
  const admin = new RoomAdmin(async () => ({ invoke: (payload) => room.admin(payload) }));
  const { backups } = await admin.ask('backups', {});
  const names = backups.map(({ name }) => `${name} `);
  expect(names).not.toEqual([]);
  expect(await commandSet.complete('restore room_', admin)).toEqual({ candidates: names.reverse(), of: 'room_' });
  await writeFile(join(project, 'mine.ndjson.gz'), '');
  await writeFile(join(project, 'mine.txt'), '');
  expect(await commandSet.complete(`restore ${project}/mi`, admin)).toEqual({
    candidates: [`${join(project, 'mine.ndjson.gz')} `],
    of: `${project}/mi`,
  });
  expect(await commandSet.complete(`restore ${project}/.lo`, admin)).toMatchObject({
    candidates: [`${join(project, '.local')}/`],
  });
});
