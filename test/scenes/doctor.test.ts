import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { admin, administer } from '../harness/console.ts';
import { announcementOf, type RoomFiles, send } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let files: RoomFiles;
beforeAll(async () => {
  room = await openRoom();
  files = room.files;
});
afterAll(async () => {
  await room.close();
});

const visit = async (user: string): Promise<RawClient> => {
  const client = await room.enter(user);
  onTestFinished(async () => void (await client.close()));
  return client;
};

interface Finding {
  readonly kind: string;
  readonly about: string;
  readonly repaired?: boolean;
}

/** Runs all parts of `doctor` once. */
async function examine(repair = false, { admin } = room): Promise<Finding[]> {
  const found: Finding[] = [];
  let goOn = {};
  for (;;) {
    const { ok, findings, next } = await admin({ command: 'doctor', repair, ...goOn });
    expect(ok).toBe(true);
    found.push(...(findings as Finding[]));
    if (next === undefined) return found;
    goOn = { from: next };
  }
}

/** Checks that a problem is reported and repaired with `--repair`, and is then gone. */
async function findAndRepair(kind: string, about: string): Promise<void> {
  expect(await examine(true)).toMatchObject([{ kind, about, repaired: true }]);
  expect(await examine()).toEqual([]);
}

const presenceKey = (name: string) => ({ shard: 0, name });
const userKey = (name: string) => ({ name });
const connectionOf = async (name: string) =>
  String((await room.database.get('Presence', presenceKey(name)))?.['connectionId']);

describe('every inconsistency is found and repaired:', () => {
  test('none in a new room', async () => {
    const { code, lines } = await admin(room.url, ['doctor']);
    expect(code).toBe(0);
    expect(lines).toEqual([
      '[doctor] Compared: count 1, sessions 0, connections 0, accounts 0, blocks 0, files 0, objects 0.',
      '[doctor] Nothing is wrong.',
    ]);
  });

  test('a wrong count', async () => {
    await visit('counted');
    // The login started a sweeper. Once this run has ended, that one has compared the count, too.
    await room.local.runSchedule();
    await room.database.falsifyCount(7);
    expect((await examine()).map(({ kind }) => kind)).toEqual(['count']);
    const wrong = '[doctor] The count of users online is 7, but there are 1 sessions.';
    const run = (...options: string[]) => administer(room, 'doctor', ...options);
    expect(await run()).toMatchObject({
      code: 1,
      lines: [wrong, expect.anything(), '[doctor] 1 problem found, 0 repaired.'],
    });
    expect(await run('--repair')).toMatchObject({
      code: 0,
      lines: [`${wrong} Repaired.`, expect.anything(), '[doctor] 1 problem found, 1 repaired.'],
    });
    expect(await run('--json')).toEqual({ code: 0, lines: [], complaints: [] });
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
  });

  test('a session over a connection that API Gateway does not know', async () => {
    const client = await visit('ghost');
    room.local.faults.disconnect.drop = 1;
    onTestFinished(() => room.local.faults.reset());
    await client.kill();
    await findAndRepair('ghost', 'ghost');
    // The session is detached, and ends after the grace period.
    expect(await room.database.get('Presence', presenceKey('ghost'))).toMatchObject({ detachedAt: expect.any(Number) });
  });

  test('a session without an account', async () => {
    await visit('homeless');
    await room.database.remove('Users', userKey('homeless'));
    await findAndRepair('session-without-account', 'homeless');
    expect(await room.database.get('Presence', presenceKey('homeless'))).toBeUndefined();
    const { counted, present } = await room.database.counts();
    expect(counted).toBe(present);
  });

  test('a session whose connection is not on record', async () => {
    const client = await visit('mute');
    await room.database.remove('Connections', { connectionId: await connectionOf('mute') });
    expect(await client.refused('whoelse', {})).toMatchObject({ code: 'not-logged-in' });
    await findAndRepair('session-without-connection', 'mute');
    await client.event('kicked');
    await client.closed;
  });

  test('a connection bound to a user whose session does not use it', async () => {
    const [speaker, other] = [await visit('twofold'), await room.connect()];
    const [connectionId = ''] = room.local.connections.map((one) => one.connectionId).slice(-1);
    const { name, displayName, accountId } = (await room.database.user('twofold')) as Record<string, unknown>;
    await room.database.set('Connections', { connectionId }, { name, displayName, accountId });
    await other.get('whoelse', {});
    await findAndRepair('connection-without-session', 'twofold');
    await other.closed;
    await speaker.get('whoelse', {});
  });

  test('a connection on record that API Gateway does not know', async () => {
    const connectionId = 'ABCDEFGHIJKLMNO=';
    const longAgo = Date.now() - 3_600_000;
    await room.database.set(
      'Connections',
      { connectionId },
      { address: '127.0.0.1', connectedAt: longAgo, lastActiveAt: longAgo },
    );
    await findAndRepair('connection-forgotten', connectionId);
  });

  test.each(['inbox', 'room'] as const)('a cursor beyond the end of the %s', async (stream) => {
    const user = `reader-${stream}`;
    const [client, sender] = [await visit(user), await visit('sender')];
    await sender.get('message', { to: user, text: 'hello' });
    await sender.get('broadcast', { text: 'hello' });
    await room.database.set('Users', userKey(user), { [`${stream}Acked`]: 99 });
    await findAndRepair('cursor', user);
    // The next sync returns the following messages again.
    await sender.get('message', { to: user, text: 'next' });
    await sender.get('broadcast', { text: 'next' });
    const { messages } = await client.get('sync', {});
    expect(messages.filter((one) => one.stream === stream)).toContainEqual(expect.objectContaining({ text: 'next' }));
  });

  test.each(['inbox', 'room'] as const)('a counter behind the messages of the %s', async (stream) => {
    const user = `counted-${stream}`;
    const [, sender] = [await visit(user), await visit('sender')];
    const say = () =>
      stream === 'room' ? sender.get('broadcast', { text: 'x' }) : sender.get('message', { to: user, text: 'x' });
    await say();
    const { seq } = await say();
    const { accountId } = (await room.database.user(user)) ?? {};
    const key =
      stream === 'room'
        ? { stream: 'counter/room', position: 'room' }
        : { stream: `counter/inbox/${user}`, position: accountId };
    await room.database.set('Messages', key, { seq: seq - 1 });
    await findAndRepair('counter', stream === 'room' ? 'everybody' : user);
    expect(await say()).toMatchObject({ seq: seq + 1 });
  });

  test("a block that is missing on the blocked user's side", async () => {
    const [blocker, blocked] = [await visit('blocker'), await visit('blocked')];
    await blocker.get('block', { user: 'blocked' });
    await room.database.set('Users', userKey('blocked'), { blockedBy: new Set(['somebody-who-is-gone']) });
    await findAndRepair('block', 'blocker');
    const { seq } = await blocked.get('broadcast', { text: 'to everybody but one' });
    expect(await blocker.event('hidden')).toMatchObject({ seq });
  });

  test("a block that exists only on the blocked user's side", async () => {
    const [listener, speaker] = [await visit('listener'), await visit('speaker')];
    const { accountId } = (await room.database.user('listener')) ?? {};
    await room.database.set('Users', userKey('speaker'), { blockedBy: new Set([accountId]) });
    await findAndRepair('block', 'listener');
    await speaker.get('broadcast', { text: 'to everybody' });
    expect(await listener.event('broadcast')).toMatchObject({ text: 'to everybody' });
  });

  test('but not a cursor beyond a message that expires later than the messages after it', async () => {
    await visit('patient');
    const writer = await visit('writer');
    for (const text of ['one', 'two', 'three']) await writer.get('message', { to: 'patient', text });
    const [first, ...later] = await room.database.stream('inbox/patient');
    const { stream, position } = first ?? {};
    await room.database.set('Messages', { stream, position }, { sentAt: new Date(0).toISOString() });
    for (const one of later) {
      await room.database.remove('Messages', { stream: one['stream'], position: one['position'] });
    }
    await room.database.set('Users', userKey('patient'), { inboxAcked: 3 });
    expect(await examine(true)).toEqual([]);
    expect(await room.database.user('patient')).toMatchObject({ inboxAcked: 3 });
  });

  test('a file whose bytes are gone, and bytes that belong to no file', async () => {
    const [sender, recipient] = [await visit('fsender'), await visit('freceiver')];
    await send(sender, 'freceiver', { name: 'lost.txt', bytes: Buffer.from('lost') });
    await recipient.event('file');
    await files.lose((await files.objects())[0] ?? '');
    await send(sender, 'freceiver', { name: 'orphan.txt', bytes: Buffer.from('orphan') });
    await recipient.event('file', { name: 'orphan.txt' });
    const { recipient: to, file } = (await files.records()).find((record) => record['name'] === 'orphan.txt') ?? {};
    await room.database.remove('FileRecords', { recipient: to, file });
    const kinds = ['file-without-bytes', 'bytes-without-file'];
    expect((await examine()).map(({ kind }) => kind)).toEqual(kinds);
    expect(await examine(true)).toMatchObject(kinds.map((kind) => ({ kind, repaired: true })));
    expect(await sender.event('file-failed', { name: 'lost.txt' })).toMatchObject({ to: 'freceiver' });
    expect(await examine()).toEqual([]);
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });
});

describe('every inconsistency of files is found, and repaired as the tidying run does:', () => {
  const longAgo = () => Date.now() - 2 * 3_600_000;

  /** Changes the only record, and hides it from the tidying run. */
  const overlook = async (attributes: Record<string, unknown>) => {
    const { recipient, file } = (await files.records())[0] ?? {};
    await room.database.set('FileRecords', { recipient, file }, { ...attributes, due: 'where nobody looks' });
  };

  test('bytes of another size', async () => {
    const [sender, recipient] = [await visit('fsender'), await visit('freceiver')];
    await send(sender, 'freceiver', { name: 'longer.txt', bytes: Buffer.from('longer') });
    await recipient.event('file', { name: 'longer.txt' });
    await files.plant((await files.objects())[0] ?? '', Buffer.from('short'));
    await findAndRepair('file-with-other-bytes', 'freceiver');
    expect(await sender.event('file-failed', { name: 'longer.txt' })).toMatchObject({ reason: 'damaged' });
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });

  test('an announced file whose upload is overdue', async () => {
    const sender = await visit('fsender');
    await visit('freceiver');
    await sender.get('file', announcementOf('freceiver', { name: 'never.txt', bytes: Buffer.from('never') }));
    await overlook({ dueAt: Date.now() - 1000 });
    // A tidying run may be a second late.
    expect(await examine()).toEqual([]);
    await overlook({ dueAt: longAgo() });
    await findAndRepair('file-overdue', 'freceiver');
    expect(await sender.event('file-failed', { name: 'never.txt' })).toMatchObject({ reason: 'unfinished' });
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });

  test('a file whose bytes were uploaded but not accepted', async () => {
    const [sender, recipient] = [await visit('fsender'), await visit('freceiver')];
    await send(sender, 'freceiver', { name: 'late.txt', bytes: Buffer.from('late') });
    await recipient.event('file', { name: 'late.txt' });
    await overlook({ state: 'announced', dueAt: longAgo() });
    await findAndRepair('file-overdue', 'freceiver');
    await recipient.event('file', { name: 'late.txt' });
    await overlook({ dueAt: longAgo() });
    await findAndRepair('file-overdue', 'freceiver');
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });

  test('a file that has ended and whose bytes still exist', async () => {
    const [sender, recipient] = [await visit('fsender'), await visit('freceiver')];
    await send(sender, 'freceiver', { name: 'over.txt', bytes: Buffer.from('over') });
    await recipient.event('file', { name: 'over.txt' });
    await overlook({ state: 'removing', dueAt: longAgo() });
    await findAndRepair('file-overdue', 'freceiver');
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });
});

test('in a busy healthy room nothing is found, and a repair changes nothing', async () => {
  // A separate room, because commands need time to finish between the two checks.
  const busy = await openRoom();
  onTestFinished(() => busy.close());
  // For a moment after each logout, the tables are inconsistent.
  busy.local.faults.disconnect = { drop: 0, late: 1, delayMs: 700, double: 0 };
  let over = false;
  const users = Array.from({ length: 8 }, (_, index) => `busy-${index}`);
  await busy.register(...users);
  const live = async (user: string, index: number) => {
    for (let round = index; !over; round++) {
      const client = await busy.connect();
      const reply = await client.ask('login', { user, password });
      if (reply.ok) {
        const other = users[(index + 1) % users.length] ?? '';
        await client.get('message', { to: other, text: 'hello' });
        await client.ask(round % 2 === 0 ? 'block' : 'unblock', { user: other });
        await client.get('broadcast', { text: 'hello' });
        const { upTo } = await client.get('sync', {});
        client.say('ack', upTo);
        if (round % 3 === 0) await Promise.all([client.get('logout', {}), client.closed]);
      }
      if (round % 3 === 1) await client.kill();
      else await client.close();
      await sleep(500);
    }
  };
  const lives = users.map(live);
  const found: Finding[] = [];
  for (let times = 0; times < 4; times++) {
    await sleep(400);
    found.push(...(await examine(true, busy)));
  }
  over = true;
  await Promise.all(lives);
  expect(found).toEqual([]);
});
