import { readFileSync } from 'node:fs';
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { defaultSettings } from '../../protocol/admin/index.ts';
import { type Action, parseRequest } from '../../protocol/index.ts';
import { administer } from '../harness/console.ts';
import { get, offered } from '../harness/files.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';
import { snapshot } from '../harness/seeded-room.ts';
import { brokenPromises } from '../harness/table-snapshot.ts';
import { tablesOf } from '../harness/tables.ts';

/** The tables of a room of an earlier version. */
interface Fixture {
  readonly takenAt: number;
  readonly password: string;
  readonly items: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** The first version, with frames of its clients. */
interface FirstVersion extends Fixture {
  /** The resume token of SEAS, whose session is detached. */
  readonly token: string;
  readonly frames: readonly Readonly<Record<string, unknown>>[];
}

/** A room without counters, with the bytes of its files in base64, by object key. */
interface BeforeCounters extends Fixture {
  readonly objects: Readonly<Record<string, string>>;
}

/** A backup or a restore between two of its invocations. */
interface UnfinishedJob extends Fixture {
  /** Names the job's next step. */
  readonly next: string;
  /** Objects of the bucket in base64, by their keys. */
  readonly objects?: Readonly<Record<string, string>>;
}

const fixtureText = (file: string) => readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8');

const shift = (ms: number) => (_key: string, value: unknown) => {
  if (typeof value === 'object' && value !== null && '$set' in value) return new Set(value.$set as string[]);
  if (typeof value !== 'number' || value < 1e9) return value;
  return value > 1e12 ? value + ms : value + Math.round(ms / 1000);
};

/** Writes a fixture's items into a room. Shifts all times to now, as if the upgrade had just happened. */
async function load<F extends Fixture>(room: SceneRoom, file: string): Promise<F> {
  const { takenAt } = JSON.parse(fixtureText(file)) as Fixture;
  const fixture = JSON.parse(fixtureText(file), shift(room.local.clock.now() - takenAt)) as F;
  const { db, name } = tablesOf(room.local);
  for (const [table, items] of Object.entries(fixture.items)) {
    for (const Item of items) await db.send(new PutCommand({ TableName: name(table), Item }));
  }
  db.destroy();
  return fixture;
}

let room: SceneRoom;
let before: FirstVersion;
beforeAll(async () => {
  room = await openRoom();
  before = await load(room, 'first-version.json');
});
afterAll(() => room.close());

describe('after an upgrade of a running room', () => {
  test('a session continues with its messages, and gets the default limits if it had none', async () => {
    const client = await room.connect();
    const reply = await client.get('resume', { user: 'SEAS', token: before.token });
    expect(reply).toMatchObject({ user: 'SEAS', timeOut: 900, unread: { inbox: 1, room: 1 } });
    const { messages } = await client.get('sync', {});
    expect(messages).toMatchObject([
      { event: 'broadcast', seq: 1, from: 'Columbia', text: 'hello everyone' },
      { event: 'message', seq: 1, from: 'Columbia', text: 'first' },
    ]);
    expect(await client.get('blocklist', {})).toMatchObject({ users: ['facebook'] });
    const { settings } = (await room.admin({ command: 'settings' })) as { settings: Record<string, unknown> };
    expect(settings).toMatchObject({ timeOut: 900, maxCon: 100, floodRate: 20, online: 1 });
    await client.get('logout', {});
    await client.closed;
  });

  test('accounts, passwords, wrong tries, blocks and numbers are unchanged', async () => {
    const client = await room.connect();
    // The wrong try from before the upgrade still counts.
    const wrong = await client.refused('login', { user: 'facebook', password: 'another wrong one' });
    expect(wrong).toMatchObject({ code: 'wrong-password' });
    await client.get('login', { user: 'facebook', password: before.password });
    const { messages } = await client.get('sync', {});
    expect(messages).toMatchObject([
      { event: 'broadcast', seq: 1 },
      { event: 'message', seq: 1, text: 'see you later' },
    ]);
    expect(await client.refused('message', { to: 'SEAS', text: 'hi' })).toMatchObject({ code: 'blocked' });
    expect(await client.get('broadcast', { text: 'still here' })).toMatchObject({ seq: 2 });
    expect(await client.get('wholasthr', {})).toMatchObject({ users: ['Columbia', 'SEAS'] });
    await client.close();
  });

  test('a new setting can be changed by an administrator who saw its default, and by no one who saw another value', async () => {
    const change = (seen: number, value = 1000) => room.admin({ command: 'change', name: 'maxFileBytes', value, seen });
    expect(await change(5)).toMatchObject({ ok: false, error: { code: 'changed-meanwhile' } });
    expect(await change(defaultSettings.maxFileBytes)).toMatchObject({ ok: true, was: defaultSettings.maxFileBytes });
    expect(await change(defaultSettings.maxFileBytes, 2000)).toMatchObject({ ok: false });
    // A setting that the earlier version had.
    const timeOut = (seen: number) => room.admin({ command: 'change', name: 'timeOut', value: 1000, seen });
    expect(await timeOut(defaultSettings.timeOut)).toMatchObject({ ok: false });
    expect(await timeOut(900)).toMatchObject({ ok: true, was: 900 });
  });

  test('a connection that was open before the upgrade can send commands', async () => {
    const client = await room.enter('Columbia', before.password);
    const { db, name } = tablesOf(room.local);
    const [member] = (await room.database.presence()).filter((one) => one.name === 'columbia');
    const account = before.items['Users']?.find((one) => one['name'] === 'columbia');
    const [old] = before.items['Connections'] ?? [];
    const Item = {
      ...old,
      connectionId: member?.connectionId,
      name: 'columbia',
      displayName: 'Columbia',
      accountId: account?.['accountId'],
    };
    await db.send(new PutCommand({ TableName: name('Connections'), Item }));
    for (let i = 0; i < 30; i += 1) await client.get('whoelse', {});
    await client.close();
  });
});

test('streams without a counter continue after their last numbers, even if the last messages have expired', async () => {
  const upgraded = await openRoom();
  onTestFinished(() => upgraded.close());
  const { password, objects } = await load<BeforeCounters>(upgraded, 'before-counters.json');
  for (const [key, bytes] of Object.entries(objects)) await upgraded.files.plant(key, Buffer.from(bytes, 'base64'));
  const bob = await upgraded.connect();
  // Three messages, the last not acknowledged; of five broadcasts, the last two have expired.
  const login = await bob.get('login', { user: 'bob', password });
  expect(login).toMatchObject({ unread: { inbox: 1, room: 2 } });
  expect(await bob.get('sync', {})).toMatchObject({
    messages: [{ stream: 'inbox', seq: 3, text: 'to bob 3' }],
    upTo: { inbox: 3, room: 3 },
    more: false,
  });
  expect(await bob.get('broadcast', { text: 'after the upgrade' })).toMatchObject({ seq: 6 });
  expect(await bob.get('sync', { inbox: 3, room: 3 })).toMatchObject({
    messages: [{ stream: 'room', seq: 6 }],
    upTo: { inbox: 3, room: 6 },
    more: false,
  });
  // The last message was acknowledged and has expired before the two earlier ones.
  expect(await bob.get('message', { to: 'alice', text: 'after' })).toMatchObject({ seq: 4 });
  // All four messages have expired, and a file waits.
  expect(await bob.get('message', { to: 'carol', text: 'after' })).toMatchObject({ seq: 6 });
  // The first message of the stream.
  expect(await bob.get('message', { to: 'dave', text: 'after' })).toMatchObject({ seq: 1 });

  const alice = await upgraded.connect();
  expect(await alice.get('login', { user: 'alice', password })).toMatchObject({ unread: { inbox: 1, room: 1 } });
  expect(await alice.get('sync', {})).toMatchObject({ messages: [{ seq: 6 }, { seq: 4, text: 'after' }], more: false });
  const carol = await upgraded.connect();
  await carol.get('login', { user: 'carol', password });
  const { messages } = await carol.get('sync', { room: 6 });
  expect(messages).toMatchObject([
    { event: 'file', seq: 5, name: 'waiting.txt' },
    { event: 'message', seq: 6, text: 'after' },
  ]);
  expect(await offered(carol)).toEqual(['waiting.txt']);
  await carol.get('filedone', { from: 'bob', name: 'waiting.txt' });
  expect(await bob.event('file-received')).toMatchObject({ seq: 4 });
  await upgraded.files.makeDue('announced');
  await upgraded.files.tidy();
  expect(await bob.event('file-failed')).toMatchObject({ seq: 5, name: 'announced.txt' });

  const numbers = async (key: string) => (await upgraded.database.stream(key)).map((item) => item['seq']);
  expect(await numbers('room')).toEqual([1, 2, 3, 6]);
  expect(await numbers('inbox/alice')).toEqual([1, 2, 4]);
  expect(await numbers('inbox/bob')).toEqual([1, 2, 3, 4, 5]);
  expect(await numbers('inbox/carol')).toEqual([5, 6]);
  const doctor = await administer(upgraded, 'doctor');
  expect(doctor).toMatchObject({ code: 0, complaints: [] });
  for (const client of [alice, bob, carol]) await client.close();
});

/** Runs a job's next steps to its end. */
async function finish(of: SceneRoom, request: Record<string, unknown>, next: unknown) {
  for (let from = next; ; ) {
    const reply = await of.admin({ ...request, from });
    expect(reply).toMatchObject({ ok: true });
    if (reply['next'] === undefined) return reply;
    from = reply['next'];
  }
}

describe('after an upgrade in the middle of a job', () => {
  test('a backup continues, and files on record are delivered or end as before', async () => {
    const upgraded = await openRoom();
    onTestFinished(() => upgraded.close());
    const { items, next, objects = {}, password } = await load<UnfinishedJob>(upgraded, 'unfinished-backup.json');
    for (const [key, bytes] of Object.entries(objects)) {
      await upgraded.files.plant(key, Buffer.from(bytes, 'base64'));
    }
    // The backup continues an upload in this room's bucket.
    const job = items['Room']?.find((one) => one['room'] === 'task');
    const state = JSON.parse(String(job?.['state'])) as { upload: { file: { name: string }; uploadId: string } };
    const { region, credentials, s3Endpoint: endpoint, stack } = upgraded.local;
    const s3 = new S3Client({ region, credentials, endpoint, forcePathStyle: true });
    const Key = `backups/${state.upload.file.name}`;
    const Bucket = stack.buckets[0]?.name ?? '';
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    s3.destroy();
    const upload = { ...state.upload, uploadId: UploadId };
    await upgraded.database.set('Room', { room: 'task' }, { state: JSON.stringify({ ...state, upload }) });

    const done = await finish(upgraded, { command: 'backup', withFiles: true }, next);
    expect(done).toMatchObject({
      counts: { users: 4, messages: 7, files: 1 },
      backup: { name: state.upload.file.name },
    });
    const checked = await administer(upgraded, 'restore', state.upload.file.name, '--dry-run');
    expect(checked).toMatchObject({ code: 0, complaints: [] });

    const columbia = await upgraded.enter('Columbia', password);
    expect(await offered(columbia)).toEqual(['test_file.txt']);
    const file = await get(await columbia.get('fileget', { from: 'facebook', name: 'test_file.txt' }));
    expect(file.body.toString()).toBe('the bytes of a file\n');
    await upgraded.files.makeDue('announced');
    await upgraded.files.tidy();
    const facebook = await upgraded.connect();
    await facebook.get('login', { user: 'facebook', password });
    expect((await facebook.get('sync', {}))['messages']).toMatchObject([
      { event: 'hidden', seq: 1 },
      { event: 'file-failed', name: 'announced.txt', to: 'Columbia' },
    ]);
    expect(await upgraded.files.states()).toEqual(['stored']);
    await columbia.close();
    await facebook.close();
  });

  test('a restore continues, and opens the room', async () => {
    const upgraded = await openRoom();
    onTestFinished(() => upgraded.close());
    const { next, password } = await load<UnfinishedJob>(upgraded, 'unfinished-restore.json');
    const backup = readFileSync(new URL('../fixtures/backups/4-reset-password.ndjson.gz', import.meta.url));
    await upgraded.files.plant('backups/taken.ndjson.gz', backup);
    await expect(upgraded.connect()).rejects.toMatchObject({ status: 503 });
    expect(await finish(upgraded, { command: 'restore', file: 'taken.ndjson.gz' }, next)).toMatchObject({
      restored: { open: true, counts: { users: 4, messages: 7, files: 1 }, leftOut: { withoutBytes: 0, untold: 0 } },
    });
    expect(brokenPromises(await snapshot(upgraded))).toEqual([]);
    const columbia = await upgraded.enter('Columbia', password);
    expect(await offered(columbia)).toEqual(['test_file.txt']);
    await columbia.close();
  });
});

test.each(framesBefore())('the frame for %s of the first version is understood', (_action, frame) => {
  expect(parseRequest(JSON.stringify(frame))).toMatchObject({ ok: true, request: { action: frame['action'] } });
});

function framesBefore(): [Action, Readonly<Record<string, unknown>>][] {
  return (JSON.parse(fixtureText('first-version.json')) as FirstVersion).frames.map((frame) => [
    frame['action'] as Action,
    frame,
  ]);
}
