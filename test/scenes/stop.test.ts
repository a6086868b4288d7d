import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { admin, administer } from '../harness/console.ts';
import { playKilled } from '../harness/play-killed.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

/** Stops the room as the console does: repeats the command until it is done. */
async function stop(args: Record<string, unknown> = {}) {
  const sum = { ended: 0, closed: 0, slices: 0 };
  for (let from: unknown; ; ) {
    const reply = await room.admin({ command: 'stop', ...args, ...(from !== undefined && { from }) });
    expect(reply).toMatchObject({ ok: true });
    sum.ended += Number(reply['ended']);
    sum.closed += Number(reply['closed']);
    sum.slices += 1;
    from = reply['next'];
    if (from === undefined) return sum;
  }
}

describe('a stop', () => {
  test('notifies all clients, ends all sessions, and closes all connections, also those without a login', async () => {
    const [facebook, Columbia] = [await room.enter('facebook'), await room.enter('Columbia')];
    const guest = await room.connect();
    await facebook.get('message', { to: 'Columbia', text: 'before the end' });
    expect(await stop({ message: 'Back at noon.' })).toMatchObject({ ended: 2, closed: 3 });
    for (const client of [facebook, Columbia, guest]) {
      expect(await client.next((heard) => heard.event === 'stop')).toMatchObject({ message: 'Back at noon.' });
      expect(await client.closed).toMatchObject({ code: 1000 });
      expect(client.all((heard) => heard.event === 'logout')).toEqual([]);
    }
    expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
    await expect(room.connect()).rejects.toMatchObject({ status: 503 });
  });

  test('can be repeated, and the room opens again with all messages', async () => {
    expect(await stop()).toMatchObject({ ended: 0, closed: 0 });
    expect(await room.admin({ command: 'start' })).toMatchObject({ ok: true });
    expect(await room.admin({ command: 'start' })).toMatchObject({ ok: true });
    const Columbia = await room.connect();
    await Columbia.get('login', { user: 'Columbia', password });
    const { messages } = await Columbia.get('sync', {});
    expect(messages).toMatchObject([{ text: 'before the end' }]);
    await Columbia.close();
  });

  test('returns the time of the first stop if it is repeated', async () => {
    const first = await room.admin({ command: 'stop' });
    const second = await room.admin({ command: 'stop' });
    expect(second['stoppedAt']).toBe(first['stoppedAt']);
    await room.admin({ command: 'start' });
  });
});

test('prints each step in the console, takes a backup, and saves the log since the start', async () => {
  const facebook = await room.enter('facebook');
  await facebook.get('broadcast', { text: 'nobody may read this in a log' });
  const { code, lines, complaints } = await admin(room.url, ['stop', 'Back', 'at', 'noon.']);
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
  expect(lines).toEqual([
    'All online users have been notified and logged out.',
    '1 session ended, 1 connection closed.',
    '[backup] The settings have been stored.',
    '[backup] The accounts have been stored: 2 users, passwords as hashes.',
    '[backup] The messages have been stored: 2.',
    '[backup] The file records have been stored: 0.',
    '[backup] The lists of blocked users have been stored.',
    '[backup] The login records have been stored: 2.',
    expect.stringMatching(/^\[backup\] The backup is room_[\d_-]+\.ndjson\.gz in the bucket \(\d+ bytes\)\.$/),
    `[backup] The bucket is ${room.local.bucketFolder}. "backup <file>" saves a backup as a file.`,
    'The server has been stopped. Bye!',
    expect.stringMatching(/^\[backup\] The server log has been saved as log_\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d\.log\.$/),
    'The room is stopped: "start" opens it.',
  ]);
  expect(await facebook.next((heard) => heard.event === 'stop')).toMatchObject({ message: 'Back at noon.' });
  const saved = /log_[\d_:-]+\.log/.exec(lines.at(-2) ?? '')?.[0] ?? '';
  const log = await room.object(`logs/${saved}`);
  const done = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(done).toContainEqual(expect.objectContaining({ message: 'login', user: 'facebook', result: 'ok' }));
  expect(done).toContainEqual(expect.objectContaining({ message: 'admin stop', result: 'ok' }));
  expect(log).not.toContain('nobody may read this');
  // The log begins at the last start of the room.
  expect(done.filter((line) => line['message'] === 'admin stop')).toHaveLength(1);
  await administer(room, 'start');
});

test('the log is saved after the maximum delay of its lines', async () => {
  const lateness = 15_000;
  const late = await openRoom({ logLateness: lateness });
  onTestFinished(() => late.close());
  const reads: number[] = [];
  late.local.calls.subscribe((entry) => {
    if (entry.kind === 'call' && entry.operation === 'FilterLogEvents') reads.push(late.local.clock.now());
  });
  const { stoppedAt } = await late.admin({ command: 'stop' });
  let over = false;
  const saving = late.admin({ command: 'save-log' }).finally(() => {
    over = true;
  });
  while (!over) {
    late.local.clock.forward(1000);
    await late.database.counts();
  }
  expect(await saving).toMatchObject({ ok: true });
  expect(reads).toHaveLength(1);
  expect(reads[0]).toBeGreaterThanOrEqual(Date.parse(String(stoppedAt)) + lateness);
});

test('the log is saved once, even if a step is killed after it has stored bytes', async () => {
  const stopped = await openRoom();
  onTestFinished(() => stopped.close());
  await stopped.register('facebook');
  await stopped.admin({ command: 'stop' });
  const { reply, killed } = await playKilled(stopped, { command: 'save-log' });
  expect(killed).toBe(1);
  const { name, lines } = reply['saved'] as { name: string; lines: number };
  expect((await stopped.object(`logs/${name}`)).trimEnd().split('\n')).toHaveLength(lines);
});

describe('a stop through the console', () => {
  test('waits for the end of an abandoned job, and then completes', async () => {
    const busy = await openRoom();
    onTestFinished(() => busy.close());
    expect(await busy.admin({ command: 'backup' })).toMatchObject({ ok: true, next: expect.any(String) });
    // Long enough for `stop` to reach the backup on a busy machine.
    await busy.database.set('Room', { room: 'task' }, { busyUntil: busy.local.clock.now() + 100_000 });
    const admin: SceneRoom['admin'] = async (request) => {
      const reply = await busy.admin(request);
      if (JSON.stringify(reply).includes('"busy"')) busy.local.clock.forward(100_000);
      return reply;
    };
    const { code, lines, complaints } = await administer({ ...busy, admin }, 'stop');
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
    expect(lines.filter((line) => line.includes('Waiting for it to end'))).toHaveLength(1);
    expect(lines).toContainEqual(expect.stringMatching(/The backup is room_/));
    expect(lines.at(-2)).toMatch(/server log has been saved as log_/);
    expect(lines.at(-1)).toBe('The room is stopped: "start" opens it.');
  });

  test('saves the log even if the backup fails, and ends with an error', async () => {
    const broken = await openRoom();
    onTestFinished(() => broken.close());
    broken.local.faults.beforeS3 = ({ operation, key }) =>
      operation === 'CreateMultipartUpload' && key.startsWith('backups/') ? 500 : undefined;
    const { code, lines, complaints } = await administer(broken, 'stop');
    expect(code).toBe(3);
    expect(complaints).toEqual([expect.stringContaining("The room's admin function failed")]);
    expect(lines.at(-1)).toMatch(/server log has been saved as log_/);
  });
});

test('a client prints the reason and ends; with --reconnect it logs in again when the room opens', async () => {
  await room.register('SEAS', 'windows');
  const leaves = await ChatProcess.enter(room.url, 'SEAS');
  const waits = await ChatProcess.enter(room.url, 'windows', { args: ['--reconnect'] });
  await administer(room, 'stop', 'Back at noon.');
  await leaves.sees('The chat room has been stopped. Back at noon.');
  expect(await leaves.exited).toBe(3);
  await waits.sees('The chat room has been stopped. Back at noon. You will be reconnected when it opens again.');
  await administer(room, 'start');
  await waits.sees('The connection is restored.');
  const facebook = await room.enter('facebook');
  await facebook.get('message', { to: 'windows', text: 'welcome back' });
  await waits.sees('facebook(private): welcome back');
  await facebook.close();
  waits.leave();
  expect(await waits.exited).toBe(0);
});

test('a session that moves during a stop, and whose connection is lost then, is ended too', async () => {
  await room.register('mover');
  const [client, next] = [await room.connect(), await room.connect()];
  const { token } = await client.get('login', { user: 'mover', password });
  let isOver = false;
  const isMoving = deferred<void>();
  const hasSeen = deferred<undefined>();
  const hasMoved = deferred<undefined>();
  room.local.faults.beforeDynamoDb = ({ function: name, operation, trigger }) => {
    // The function has moved the session, and notices nothing more.
    if (trigger?.detail === 'resume' && isOver) return 'before';
    if (operation !== 'TransactWriteItems') return undefined;
    if (trigger?.detail === 'resume') {
      isOver = true;
      isMoving.resolve();
      return hasSeen.promise;
    }
    if (!name.startsWith('Admin')) return undefined;
    // The stop has read the session over its old connection.
    hasSeen.resolve(undefined);
    return hasMoved.promise;
  };
  onTestFinished(() => room.local.faults.reset());
  const resumed = next.get('resume', { user: 'mover', token });
  await isMoving.promise;
  const stopped = stop();
  await resumed;
  await Promise.all([client.kill(), next.kill()]);
  await expect.poll(() => room.database.all('Connections')).toEqual([]);
  hasMoved.resolve(undefined);
  await stopped;
  expect(await room.database.counts()).toEqual({ counted: 0, present: 0 });
  await room.admin({ command: 'start' });
});
