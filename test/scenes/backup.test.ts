import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import { brokenPromises, type Census, takeCensus } from '../harness/census.ts';
import { admin } from '../harness/console.ts';
import { get, RoomFiles, send } from '../harness/files.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { type Tables, tablesOf } from '../harness/tables.ts';

/** The room's clock is hurried: a restore waits for what is still under way. One of them does one step an invocation. */
let room: SceneRoom;
let other: SceneRoom;
let folder: string;
let file: string;
const open: Tables[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-backup-'));
  file = join(folder, 'mine.ndjson.gz');
  room = await openRoom({ speed: 10 });
  other = await openRoom({ speed: 10, adminSlice: 1 });
  await furnish(room);
});
afterAll(async () => {
  for (const { db } of open) db.destroy();
  await Promise.all([room.close(), other.close()]);
  await rm(folder, { recursive: true, force: true });
});

const census = async (of: SceneRoom): Promise<Census> => {
  const tables = tablesOf(of.local);
  open.push(tables);
  // What the sweeper notes for itself comes when it comes.
  await of.local.runSchedule();
  return takeCensus(tables);
};

/** Writes an item past the room's functions. */
async function put(of: SceneRoom, table: string, Item: Record<string, unknown>): Promise<void> {
  const tables = tablesOf(of.local);
  open.push(tables);
  await tables.db.send(new PutCommand({ TableName: tables.name(table), Item }));
}

/** People with something of everything. */
async function furnish({ enter, register, connect, change }: SceneRoom): Promise<void> {
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
  const stranger = await connect();
  for (let tries = 0; tries < 3; tries++) await stranger.refused('login', { user: 'Google', password: 'wrong one' });
  await facebook.get('logout', {});
  await network.get('logout', {});
  await stranger.close();
}

/** What of a room a backup keeps. */
function kept({ users, streams, loginBlocks, room: { maxCon, timeOut, blockTime, lastHour, lastBroadcast } }: Census) {
  return {
    users: Object.fromEntries(users),
    streams: Object.fromEntries(streams),
    settings: { maxCon, timeOut, blockTime, lastHour, lastBroadcast },
    loginBlocks: loginBlocks.map(({ tries: _, ...block }) => block),
  };
}

const run = (of: SceneRoom, ...args: string[]) => admin(of.url, args);

describe('a backup', () => {
  test('goes to a file here, which is there whole or not at all, and is nobody else’s to read', async () => {
    const { code, lines, complaints } = await run(room, 'backup', file);
    expect(complaints).toEqual([]);
    expect(lines).toEqual([
      '[backup]MaxCon, BLOCK_TIME, LAST_HOUR, TIME_OUT all have been stored.',
      '[backup]user_password repository has been stored: 4 users, passwords as hashes.',
      '[backup]message_rep has been stored: 6 messages.',
      '[backup]file_rep has been stored: 0 files.',
      '[backup]block_rep has been stored.',
      '[backup]list_block has been stored: 1.',
      expect.stringMatching(/^\[backup\]The backup has been saved as .*mine\.ndjson\.gz \(\d+ bytes\)\.$/),
    ]);
    expect(code).toBe(0);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await run(room, 'backup', file)).toMatchObject({ code: 2, complaints: [`Error! ${file} exists already.`] });
  });

  test('is lines of JSON, for whoever has zcat', async () => {
    const text = execFileSync('zcat', { input: await readFile(file), encoding: 'utf8' });
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line)));
    expect(records.flat()).toEqual([
      'header',
      ...Array(4).fill('user'),
      ...Array(6).fill('message'),
      'loginBlock',
      'trailer',
    ]);
    expect(text).not.toContain(password);
  });

  test('is one of those in the bucket', async () => {
    const { lines } = await run(room, 'backups');
    expect(lines).toEqual([expect.stringMatching(/^room_[\d_-]+\.ndjson\.gz {2}\d+ bytes {2}\d{4}/)]);
  });

  test('of one step an invocation is the same', async () => {
    const before = kept(await census(room));
    // Into a room in which nobody has registered yet; one is at the door, and one is what a killed room has left behind.
    const stranger = await other.connect();
    const ghost = {
      name: 'ghost',
      displayName: 'Ghost',
      accountId: 'ghost',
      connectionId: 'gone',
      address: '127.0.0.1',
    };
    await put(other, 'Presence', { shard: 0, ...ghost, since: 1, activeSince: 1, tokenHash: 'none' });
    expect(await run(other, 'restore', file)).toMatchObject({ code: 0, complaints: [] });
    expect(await other.database.presence()).toEqual([]);
    await stranger.close();
    const again = join(folder, 'again.ndjson.gz');
    const recording = other.local.calls.record();
    expect(await run(other, 'backup', again)).toMatchObject({ code: 0, complaints: [] });
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
    expect(records).toHaveLength(12);
    expect(records).toEqual(expect.arrayContaining(await recordsOf(file)));
    expect(kept(await census(other))).toEqual(before);
  });
});

describe('a restore', () => {
  test('has left a room that keeps every promise, and in which everything is as it was', async () => {
    const restored = await census(other);
    expect(brokenPromises(restored)).toEqual([]);
    const Columbia = await other.connect();
    expect(await Columbia.get('login', { user: 'columbia', password })).toMatchObject({
      user: 'Columbia',
      unread: { inbox: 2, room: 0 },
    });
    const { messages } = await Columbia.get('sync', {});
    expect(messages).toMatchObject([
      { seq: 4, text: '{"$set":["x"]}', from: 'facebook' },
      { seq: 5, text: 'five', from: 'network' },
    ]);
    await Columbia.get('logout', {});
    const facebook = await other.connect();
    await facebook.get('login', { user: 'facebook', password });
    expect((await facebook.get('sync', { room: 0 }))['messages']).toMatchObject([{ event: 'hidden', seq: 1 }]);
    expect(await facebook.get('blocklist', {})).toMatchObject({ users: ['Google', 'network'] });
    const network = await other.enter('network');
    expect(await network.refused('message', { to: 'facebook', text: 'hey' })).toMatchObject({ code: 'blocked' });
    expect(await network.get('broadcast', { text: 'next' })).toMatchObject({ seq: 2 });
    const stranger = await other.connect();
    expect(await stranger.refused('login', { user: 'Google', password })).toMatchObject({ code: 'login-blocked' });
    await facebook.get('logout', {});
    await network.get('logout', {});
    await stranger.close();
  });

  test('only says what it would do, with --dry-run', async () => {
    const before = await census(other);
    const { code, lines } = await run(other, 'restore', file, '--dry-run');
    expect(code).toBe(0);
    expect(lines.slice(-4)).toEqual([
      expect.stringMatching(/was taken at .*: 4 users, 6 messages, 0 files, 1 login block\.$/),
      expect.stringMatching(/^\[restore\]Settings: MaxCon 7, BLOCK_TIME 86400\.0,/),
      '[restore]Replaced would be what is in the room: 4 users, 7 messages, 0 files, 1 login block.',
      '[restore]Nothing has been changed.',
    ]);
    expect(await census(other)).toEqual(before);
  });

  test('is refused by a room that is not empty, and over one that is not stopped', async () => {
    const before = await census(other);
    expect(await run(other, 'restore', file)).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('say --replace')],
    });
    expect(await run(other, 'restore', file, '--replace')).toMatchObject({ code: 1 });
    expect(await census(other)).toEqual(before);
  });

  test('replaces all that is in a stopped room, which stays stopped until it is started', async () => {
    await run(other, 'stop');
    const { code, lines } = await run(other, 'restore', file, '--replace');
    expect(code).toBe(0);
    expect(lines.slice(-2)).toEqual([
      '[restore]All of it has been restored.',
      'The room is stopped: "start" opens it.',
    ]);
    const restored = await census(other);
    expect(kept(restored)).toEqual(kept(await census(room)));
    expect(brokenPromises(restored)).toEqual([]);
    await expect(other.connect()).rejects.toMatchObject({ status: 503 });
    expect((await run(other, 'start')).lines).toEqual(['The room is open.']);
    await (await other.enter('facebook')).get('logout', {});
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ['turned over in the middle', (bytes: Buffer) => bytes.fill(0xff, 300, 301)],
    ['no backup', () => Buffer.from('hello')],
  ])('of a file that is %s is refused before it is uploaded, with nothing changed', async (_what, damage) => {
    const damaged = join(folder, 'damaged');
    await writeFile(damaged, damage(await readFile(file)));
    const before = await census(other);
    const { code, complaints } = await run(other, 'restore', damaged);
    expect(code).toBe(1);
    expect(complaints).toEqual([expect.stringMatching(/damaged: It is .*Nothing has been changed\.$/)]);
    expect(await census(other)).toEqual(before);
  });

  test('of a file that was damaged in the bucket is refused there, with nothing changed', async () => {
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 30) ^ 1, bytes.length - 30);
    const name = 'damaged.ndjson.gz';
    const { url, headers } = await other.admin({ command: 'upload-url', name, bytes: bytes.length });
    const put = await fetch(String(url), { method: 'PUT', body: bytes, headers: headers as Record<string, string> });
    expect(put.status).toBe(200);
    await run(other, 'stop');
    const before = await census(other);
    expect(await run(other, 'restore', name, '--replace')).toMatchObject({
      code: 1,
      complaints: [
        expect.stringMatching(/damaged\.ndjson\.gz: It is damaged after byte \d+\. Nothing has been changed\.$/),
      ],
    });
    expect(await run(other, 'restore', 'nowhere.gz')).toMatchObject({ code: 1 });
    expect(await census(other)).toEqual(before);
  });

  test('that was cut off lets nobody in until one has been completed', async () => {
    const uploaded = (await run(other, 'backups', '--json')).lines
      .map((line) => (JSON.parse(line) as { name: string }).name)
      .find((one) => one.startsWith('uploaded_'));
    const asked = { command: 'restore', file: uploaded, replace: true };
    let reply = await other.admin(asked);
    while (reply['stage'] !== 'write' && reply['stage'] !== 'blocks') {
      expect(reply).toMatchObject({ ok: true });
      reply = await other.admin({ ...asked, from: reply['next'] });
    }
    expect(await run(other, 'start')).toMatchObject({ code: 1, complaints: [expect.stringContaining('Run it again')] });
    const unfinished = { code: 1, complaints: [expect.stringContaining('Run it again')] };
    expect(await run(other, 'change', 'OPEN', 'true')).toMatchObject(unfinished);
    expect(await run(other, 'change', 'MaxCon', '70')).toMatchObject(unfinished);
    const para = join(folder, 'para.txt');
    await writeFile(para, 'MaxCon 70\n');
    expect(await run(other, 'import', para)).toMatchObject(unfinished);
    await expect(other.connect()).rejects.toMatchObject({ status: 503 });
    // Bytes whose files are yet to be restored would be nobody's.
    expect(await run(other, 'doctor', '--repair')).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('Run it again')],
    });
    // The one that was given up is still taken to be under way for a while.
    let again = await run(other, 'restore', file);
    while (again.complaints[0]?.includes('If it has been given up, wait')) again = await run(other, 'restore', file);
    expect(again).toMatchObject({ code: 0, complaints: [] });
    const restored = await census(other);
    expect(brokenPromises(restored)).toEqual([]);
    expect(kept(restored)).toEqual(kept(await census(room)));
    expect((await run(other, 'start')).code).toBe(0);
  });
});

describe('against what seldom happens', () => {
  test('a step is not done beside itself, and again if it failed', async () => {
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
    // The header may be a step of its own.
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

  test('a number that a first look missed is in the backup', async () => {
    const tables = tablesOf(room.local);
    open.push(tables);
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
      // Committed between the first look and the second.
      if (looks === 2) await tables.db.send(new PutCommand({ TableName, Item: third }));
    };
    const late = join(folder, 'late.gz');
    await run(room, 'backup', late);
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

  test('what DynamoDB leaves unprocessed is written again, and what it says too late is written once more', async () => {
    await run(other, 'stop');
    let halved = 0;
    other.local.faults.beforeDynamoDb = ({ function: name, operation }) => {
      if (!name.startsWith('Admin') || operation !== 'BatchWriteItem') return undefined;
      halved += 1;
      return halved % 5 === 4 ? 'after' : 'part';
    };
    expect(await run(other, 'restore', file, '--replace')).toMatchObject({ code: 0, complaints: [] });
    other.local.faults.reset();
    expect(halved).toBeGreaterThan(5);
    const restored = await census(other);
    expect(brokenPromises(restored)).toEqual([]);
    expect(restored.users.size).toBe(4);
    await run(other, 'start');
  });
});

describe('files', () => {
  test('go along, with their bytes if that is wanted; without, only those whose bytes are there', {
    timeout: 180_000,
  }, async () => {
    // More than a part of an upload.
    const bytes = randomBytes(7_000_000);
    const facebook = await room.enter('facebook');
    for (const name of ['test_file.txt', 'empty']) {
      await send(facebook, 'Columbia', { name, bytes: name === 'empty' ? Buffer.alloc(0) : bytes });
    }
    await vi.waitFor(async () => expect(await waiting(room)).toEqual(['empty', 'test_file.txt']), { timeout: 20_000 });
    await facebook.get('logout', {});

    const [without, withFiles] = [join(folder, 'without.gz'), join(folder, 'with.gz')];
    await run(room, 'backup', without);
    const { lines } = await run(room, 'backup', '--with-files', withFiles);
    expect(lines).toContainEqual('[backup]file_rep has been stored: 2 files.');
    expect((await stat(without)).size).toBeLessThan(bytes.length);

    await run(other, 'stop');
    await run(other, 'restore', without, '--replace');
    expect(await waiting(other)).toEqual([]);
    // In many steps: each holds no more than a piece.
    await run(other, 'restore', withFiles, '--replace');
    expect(await waiting(other)).toEqual(['empty', 'test_file.txt']);
    await run(other, 'start');
    const Columbia = await other.enter('Columbia');
    const got = await get(await Columbia.get('fileget', { from: 'facebook', name: 'test_file.txt' }));
    expect(got.body.equals(bytes)).toBe(true);
    await Columbia.get('logout', {});

    // Where the bytes are still there, the records are enough.
    await run(other, 'stop');
    await run(other, 'restore', without, '--replace');
    expect(await waiting(other)).toEqual(['empty', 'test_file.txt']);
    await run(other, 'start');
  });
});

/**
 * Asks for something long, step by step. Each step that makes a file of an upload is ended before its state is kept, once, and then
 * asked for again; gives the last reply, and how many were.
 */
async function playKilled(of: SceneRoom, asked: Record<string, unknown>) {
  let made = false;
  const isAdmins = ({ function: name }: { function: string }) => name.startsWith('Admin');
  of.local.faults.beforeS3 = (call) => {
    if (isAdmins(call) && call.operation === 'CompleteMultipartUpload') made = true;
    return undefined;
  };
  let killed = 0;
  for (let next: unknown; ; ) {
    made = false;
    of.local.faults.beforeDynamoDb = (call) => (isAdmins(call) && made ? 'before' : undefined);
    const step = () => of.admin({ ...asked, ...(next !== undefined && { from: next }) });
    const reply = await step().catch(async (error: unknown) => {
      if (!made) throw error;
      killed += 1;
      of.local.faults.beforeDynamoDb = undefined;
      // Nobody waits until it is certain that the step is at work no more.
      await of.database.set('Room', { room: 'task' }, { busyUntil: 0 });
      return step();
    });
    if (reply['ok'] !== true || reply['next'] === undefined) {
      of.local.faults.reset();
      return { reply, killed };
    }
    next = reply['next'];
  }
}

test('a step that is ended when it has made a file, before that is known, can be done again', {
  timeout: 180_000,
}, async () => {
  const facebook = await other.enter('facebook');
  const sent = randomBytes(7_000_000);
  await send(facebook, 'Google', { name: 'long.bin', bytes: sent });
  await vi.waitFor(async () => expect(await waiting(other)).toContain('long.bin'), { timeout: 20_000 });
  await facebook.get('logout', {});
  const before = await waiting(other);

  const backup = await playKilled(other, { command: 'backup', withFiles: true });
  expect(backup).toMatchObject({ reply: { ok: true }, killed: 1 });
  const { name, bytes } = backup.reply['backup'] as { name: string; bytes: number };
  const kept = (await run(other, 'backups', '--json')).lines.map((line) => JSON.parse(line));
  expect(kept).toContainEqual(expect.objectContaining({ name, bytes }));

  await run(other, 'stop');
  const restore = await playKilled(other, { command: 'restore', file: name, replace: true });
  expect(restore.reply).toMatchObject({ ok: true });
  expect(restore.killed).toBe(before.length);
  expect(await waiting(other)).toEqual(before);

  const log = await playKilled(other, { command: 'save-log' });
  expect(log).toMatchObject({ reply: { ok: true }, killed: 1 });
  const saved = log.reply['saved'] as { name: string; lines: number };
  expect((await other.object(`logs/${saved.name}`)).trimEnd().split('\n')).toHaveLength(saved.lines);

  await run(other, 'start');
  const google = await other.connect('127.0.0.2');
  await google.get('login', { user: 'Google', password });
  const got = await get(await google.get('fileget', { from: 'facebook', name: 'long.bin' }));
  expect(got.body.equals(sent)).toBe(true);
  await google.close();
});

/** The names of the files that wait for somebody in a room. */
async function waiting(of: SceneRoom): Promise<unknown[]> {
  const files = new RoomFiles(of.local);
  const stored = (await files.records()).filter(({ state }) => state === 'stored');
  files.close();
  return stored.map(({ name }) => name).sort();
}

describe('import', () => {
  test("takes the original's settings, all of them or none", async () => {
    const para = join(folder, 'para.txt');
    await writeFile(para, 'MaxCon 5\nBLOCK_TIME 60.0\nLAST_HOUR 100.0\nTIME_OUT 600.0\n');
    expect(await run(room, 'import', para)).toMatchObject({
      code: 0,
      lines: [
        'The MaxCon has been changed to 5',
        'The BLOCK_TIME has been changed to 60.0',
        'The LAST_HOUR has been changed to 100.0',
        'The TIME_OUT has been changed to 600.0',
      ],
    });
    const before = await room.database.room();
    expect(before).toMatchObject({ maxCon: 5, blockTime: 60, lastHour: 100, timeOut: 600 });
    await writeFile(para, 'MaxCon 50\nTIME_OUT 1.0\n');
    expect(await run(room, 'import', para)).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('TIME_OUT')],
    });
    await writeFile(para, 'MaxCon 50\nSHOE_SIZE 42\n');
    expect(await run(room, 'import', para)).toMatchObject({ code: 2 });
    expect(await room.database.room()).toEqual(before);
  });
});
