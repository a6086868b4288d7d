import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { localRoom } from '../../client/admin/targets/local-room.ts';
import { TerminalDriver } from '../../client/testing/terminal-driver.ts';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { startRoomProcess } from '../harness/room-process.ts';

let room: SceneRoom;
let folder: string;
beforeAll(async () => {
  room = await openRoom();
  folder = await mkdtemp(join(tmpdir(), 'console-'));
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

function openTerminal(...args: string[]): TerminalDriver {
  const typist = new TerminalDriver({ args, columns: 150, rows: 40 });
  onTestFinished(() => typist.close());
  return typist;
}

const sitAtConsole = () => openTerminal('dist/client/admin.mjs', '--port', new URL(room.url).port);

test('the dialogue of the original: the current value of a setting, the question, the new value', async () => {
  const admin = sitAtConsole();
  await admin.seeLast('admin>>');
  admin.enter('MaxCon');
  await admin.see((rows) => rows.at(-2) === '100');
  admin.enter('change MaxCon');
  await admin.see((rows) => rows.at(-1) === '[admin] Enter the new MaxCon, a whole number from 1 to 100000:');
  admin.enter('4');
  await admin.see((rows) => rows.includes('MaxCon has been changed to 4.'));
  admin.enter('change BLOCK_TIME');
  await admin.see((rows) => rows.at(-1) === '[admin] Enter the new BLOCK_TIME, a number of seconds from 1 to 86400:');
  admin.enter('50');
  await admin.see((rows) => rows.includes('BLOCK_TIME has been changed to 50.0.'));
  admin.enter('quit');
  expect(await admin.exited).toBe(0);
});

test('if two administrators change the same setting, the later change is refused', async () => {
  const [first, second] = [sitAtConsole(), sitAtConsole()];
  for (const admin of [first, second]) {
    await admin.seeLast('admin>>');
    admin.enter('change LAST_HOUR');
    await admin.see((rows) => rows.at(-1)?.startsWith('[admin] Enter the new LAST_HOUR') ?? false);
  }
  first.enter('120');
  await first.see((rows) => rows.includes('LAST_HOUR has been changed to 120.0.'));
  second.enter('240');
  await second.see((rows) =>
    rows.includes('Error! LAST_HOUR was changed by another administrator meanwhile. Look at it again.'),
  );
  expect(await room.database.room()).toMatchObject({ lastHour: 120 });
});

test('Ctrl+C ends the running command, and then the console; the room continues', async () => {
  const admin = sitAtConsole();
  await admin.seeLast('admin>>');
  admin.enter('log --follow');
  const client = await room.enter('facebook');
  await admin.see((rows) => rows.some((row) => / facebook on 127\.0\.0\.1 login ok /.test(row)));
  admin.type('\u0003');
  await admin.seeLast('admin>>');
  admin.type('\u0003');
  expect(await admin.exited).toBe(0);
  await client.get('whoelse', {});
  await client.close();
});

test('Ctrl+C at a question cancels the command and discards the typed text', async () => {
  const admin = sitAtConsole();
  await admin.seeLast('admin>>');
  admin.enter('change MaxCon');
  await admin.see((rows) => rows.at(-1) === '[admin] Enter the new MaxCon, a whole number from 1 to 100000:');
  admin.type('12');
  await admin.seeLast('12');
  admin.type('\u0003');
  await admin.seeLast('admin>>');
  admin.type('quit');
  await admin.seeLast('admin>> quit');
  admin.enter('');
  expect(await admin.exited).toBe(0);
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s at a question leaves the console', async (signal) => {
  const admin = sitAtConsole();
  await admin.seeLast('admin>>');
  admin.enter('remove somebody');
  await admin.see((rows) => rows.at(-1)?.startsWith('Are you sure') ?? false);
  process.kill(admin.pid, signal);
  expect(await admin.exited).toBe(0);
  expect(admin.rows).toContain('"somebody" is still registered.');
});

test('words are completed, and a wrong command does not end the console', async () => {
  const admin = sitAtConsole();
  await admin.seeLast('admin>>');
  admin.type('onl\t');
  await admin.seeLast('admin>> online users');
  admin.enter('');
  await admin.see((rows) => rows.includes('[admin] Online users:'));
  admin.enter('onlin users');
  await admin.see((rows) => rows.some((row) => row.includes('"onlin users". Did you mean "online users"?')));
  admin.enter('help');
  await admin.see((rows) => rows.some((row) => /^ {2}kick <user> \[reason\] +End a user's session$/.test(row)));
  admin.enter('help log');
  await admin.see((rows) => rows.some((row) => /^ {4}--follow +also show/.test(row)));
  await admin.seeLast('admin>>');
});

/** `npm start` in a terminal, and the address of its room. */
async function startInTerminal(data: string, ...args: string[]): Promise<{ admin: TerminalDriver; url: string }> {
  const admin = openTerminal('dist/local/main.mjs', '--port', '0', '--data', data, ...args);
  await admin.see((rows) => rows.at(-1) === 'admin>>');
  const url = /ws:\/\/\S+/.exec(admin.rows.join('\n'))?.[0] ?? '';
  return { admin, url };
}

test('npm start in a terminal is the console with the log above it, and Ctrl+C there stops the room', async () => {
  const data = join(folder, 'ctrl-c');
  const { admin, url } = await startInTerminal(data);
  const client = await RawClient.open(url);
  await client.get('register', { user: 'facebook', password });
  await client.get('login', { user: 'facebook', password });
  await admin.see((rows) => rows.some((row) => /^\d\d:\d\d facebook on 127\.0\.0\.1 login ok \d+ ms$/.test(row)));
  admin.enter('online users');
  await admin.see((rows) => rows.some((row) => row.startsWith('facebook on 127.0.0.1 since ')));
  await admin.seeLast('admin>>');
  admin.type('\u0003');
  await client.event('stop');
  expect(await admin.exited).toBe(0);
  expect(admin.rows).toContain('The server has been stopped. Bye!');
  await client.closed;

  // A room that was stopped with its program opens at the next start, without a terminal, too.
  const again = await startRoomProcess(data);
  const back = await RawClient.open(again.url);
  await back.get('login', { user: 'facebook', password });
  expect(await again.stop()).toBe(0);
});

/** The keys of the objects of a closed room. */
async function objectKeys(data: string): Promise<string[]> {
  const records = (await readdir(join(data, 's3'), { recursive: true })).filter((path) =>
    /objects.*\.json$/.test(path),
  );
  return Promise.all(
    records.map(async (path) => (JSON.parse(await readFile(join(data, 's3', path), 'utf8')) as { key: string }).key),
  );
}

test.each<[string, (admin: TerminalDriver) => void]>([
  ['Ctrl+C', (admin) => admin.type('\u0003')],
  ['SIGTERM', (admin) => process.kill(admin.pid, 'SIGTERM')],
])('%s there takes a backup and saves the log, even if another backup was just cancelled', async (name, end) => {
  const data = join(folder, name);
  const { admin, url } = await startInTerminal(data, '--speed', '10');
  const { invoke } = await localRoom({ port: Number(new URL(url).port) });
  // A job that its console has abandoned.
  expect(await invoke({ command: 'backup' })).toMatchObject({ ok: true, next: expect.any(String) });
  end(admin);
  expect(await admin.exited).toBe(0);
  expect(admin.rows).toContainEqual(expect.stringContaining('Waiting for it to end'));
  const [, backup] = /The backup is (\S+) in the bucket/.exec(admin.rows.join('\n')) ?? [];
  const [, log] = /server log has been saved as (\S+)\.$/m.exec(admin.rows.join('\n')) ?? [];
  expect(await objectKeys(data)).toEqual(expect.arrayContaining([`backups/${backup}`, `logs/${log}`]));
});

test('the command stop ends the room and the console, too', async () => {
  const { admin, url } = await startInTerminal(join(folder, 'typed'));
  const client = await RawClient.open(url);
  admin.enter('stop back in a minute');
  expect(await client.event('stop')).toMatchObject({ message: 'back in a minute' });
  expect(await admin.exited).toBe(0);
});
