import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect } from 'vitest';
import { keptRoomAttributes } from '../../functions/aws/admin/backup-contents.ts';
import { changeableNames, type Setting, settings } from '../../protocol/admin/index.ts';
import { administer } from './console.ts';
import { openRoom, password, type SceneRoom } from './room.ts';
import { type TableSnapshot, takeSnapshot } from './table-snapshot.ts';
import { tablesOf } from './tables.ts';

/** The whole content of a room, after the sweeper has stored its own attributes. */
export async function snapshot(of: SceneRoom): Promise<TableSnapshot> {
  await of.local.runSchedule();
  const tables = tablesOf(of.local);
  try {
    return await takeSnapshot(tables);
  } finally {
    tables.db.destroy();
  }
}

/** Rooms for scenes of backup and restore. Their clocks are fast, because a restore waits for running functions. */
export interface SeededRooms {
  /** A room with every kind of item. */
  readonly room: SceneRoom;
  /** A second room, which does one step of a backup or restore per invocation. */
  readonly other: SceneRoom;
  /** A folder for backups. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Opens a room with every kind of item, and an empty one. */
export async function openSeededRooms(): Promise<SeededRooms> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-backup-'));
  const room = await openRoom({ speed: 50 });
  const other = await openRoom({ speed: 50, adminSlice: 1 });
  await seed(room);
  return {
    room,
    other,
    folder,
    async close() {
      await Promise.all([room.close(), other.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Opens the two rooms, and restores a backup of the first one in the other. */
export async function openRestoredRoom(): Promise<SeededRooms & { readonly file: string }> {
  const rooms = await openSeededRooms();
  const file = join(rooms.folder, 'mine.ndjson.gz');
  expect(await administer(rooms.room, 'backup', file)).toMatchObject({ code: 0, complaints: [] });
  expect(await administer(rooms.other, 'restore', file)).toMatchObject({ code: 0, complaints: [] });
  return { ...rooms, file };
}

/** Fills a room with every kind of item. */
export async function seed(room: SceneRoom): Promise<void> {
  const { enter, register, connect, change, database, admin } = room;
  await changeAllSettings(room);
  await change('registration', 'open');
  await change('maxCon', 7);
  await change('blockTime', 86_400);
  await register('Columbia', 'network', 'Google');
  const facebook = await enter('facebook');
  for (const text of ['one', 'two', 'drei 🙂', '{"$set":["x"]}']) {
    await facebook.get('message', { to: 'Columbia', text });
  }
  await facebook.get('block', { user: 'network' });
  await facebook.get('block', { user: 'Google' });
  const network = await enter('network');
  await network.get('broadcast', { text: 'facebook does not see this' });
  await network.get('message', { to: 'Columbia', text: 'five' });
  const Columbia = await connect();
  await Columbia.get('login', { user: 'Columbia', password });
  const { upTo } = await Columbia.get('sync', {});
  expect(upTo).toEqual({ inbox: 5, room: 1 });
  Columbia.send({ action: 'ack', inbox: 3, room: 1 });
  await Columbia.get('logout', {});
  await admin({ command: 'invite', uses: 3 });
  await admin({ command: 'ban', address: '192.0.2.0/24' });
  const stranger = await connect();
  for (let tries = 0; tries < 3; tries++) await stranger.refused('login', { user: 'Google', password: 'wrong one' });
  await facebook.get('logout', {});
  await network.get('logout', {});
  await stranger.close();
  // Attributes that a later version may add.
  await database.set('Users', { name: 'network' }, { addedLater: { nested: new Set(['x']) } });
  const [message] = await database.stream('inbox/columbia');
  const { stream, position } = message ?? {};
  await database.set('Messages', { stream, position }, { addedLater: 1 });
  await database.set('LoginBlocks', { name: 'google', address: '127.0.0.1' }, { addedLater: 'x' });
}

/** Sets every setting to another value than its default. */
async function changeAllSettings({ admin, change }: SceneRoom): Promise<void> {
  const now = (await admin({ command: 'settings' }))['settings'] as Readonly<Record<string, unknown>>;
  for (const name of changeableNames) {
    const { schema }: Setting = settings[name];
    const candidates = [
      Number(now[name]) - 1,
      Number(now[name]) + 1,
      now[name] === false,
      'another text',
      // An origin; a budget.
      'https://chat.example.org',
      '100',
      ...('options' in schema ? (schema.options as unknown[]) : []),
    ];
    const other = candidates.find((value) => value !== now[name] && v.is(schema, value));
    if (other === undefined) throw new Error(`${name}: find another value for it here`);
    await change(name, other);
  }
}

/** The part of a room's content that a backup keeps. */
export function kept({ users, streams, counters, loginBlocks, room: item }: TableSnapshot) {
  // The counter has the last number of the room's stream. The attribute is for rooms without a counter.
  const room: typeof item = { ...item, lastBroadcast: counters.get('room') ?? item['lastBroadcast'] };
  return {
    users: Object.fromEntries(users),
    streams: Object.fromEntries(streams),
    room: Object.fromEntries(keptRoomAttributes.map((name) => [name, room[name]])),
    loginBlocks: loginBlocks.map(({ tries: _, ...block }) => block),
  };
}

/** The names of all waiting files in a room. */
export async function waiting(of: SceneRoom): Promise<unknown[]> {
  const stored = (await of.files.records()).filter(({ state }) => state === 'stored');
  return stored.map(({ name }) => name).sort();
}
