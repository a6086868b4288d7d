import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChatProcess } from '../harness/chat-process.ts';
import { admin } from '../harness/console.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const run = (...args: string[]) => admin(room.url, args);
const time = String.raw`\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d`;

describe('the lists', () => {
  test('online users: name, address, login time and last activity', async () => {
    expect(await run('online', 'users')).toMatchObject({
      code: 0,
      lines: ['[admin] Online users:', '(nobody)'],
    });
    const clients = [await room.enter('facebook'), await room.enter('Columbia')];
    const { code, lines } = await run('online', 'users');
    expect(code).toBe(0);
    expect(lines).toEqual([
      '[admin] Online users:',
      expect.stringMatching(new RegExp(`^Columbia on 127.0.0.1 since ${time}, last active at ${time}$`)),
      expect.stringMatching(new RegExp(`^facebook on 127.0.0.1 since ${time}, last active at ${time}$`)),
    ]);
    const { lines: json } = await run('online', 'users', '--json');
    expect(json.map((line) => JSON.parse(line))).toMatchObject([
      { user: 'Columbia', address: '127.0.0.1', state: 'online' },
      { user: 'facebook', address: '127.0.0.1', state: 'online' },
    ]);
    for (const client of clients) await client.close();
  });

  test('blocked users: listed after three wrong passwords, with the end of the block', async () => {
    await room.register('Google');
    const client = await room.connect();
    for (let tries = 0; tries < 3; tries++) await client.refused('login', { user: 'Google', password: 'wrongpass' });
    const { lines } = await run('blocked', 'users');
    expect(lines).toEqual([
      '[admin] Blocked users:',
      expect.stringMatching(new RegExp(`^Google on 127.0.0.1 until ${time}$`)),
    ]);
    await client.close();
  });

  test('all users: without passwords and hashes', async () => {
    const client = await room.enter('facebook');
    const { lines } = await run('all', 'users');
    expect(lines.toSorted()).toEqual([
      expect.stringMatching(new RegExp(`^"Columbia" created at ${time}, last seen at ${time}, offline$`)),
      expect.stringMatching(new RegExp(`^"Google" created at ${time}, offline$`)),
      expect.stringMatching(new RegExp(`^"facebook" created at ${time}, last seen at ${time}, online$`)),
      '[admin] All users:',
    ]);
    const reply = JSON.stringify(await room.admin({ command: 'all-users' }));
    expect(reply).not.toMatch(/scrypt|hash|password/i);
    await client.close();
  });
});

describe('the settings', () => {
  test("each with the original's text", async () => {
    expect((await run('MaxCon')).lines).toEqual(['[admin] MaxCon is:', '100']);
    expect((await run('BLOCK_TIME')).lines).toEqual(['[admin] BLOCK_TIME is:', '60.0 seconds']);
    expect((await run('LAST_HOUR')).lines).toEqual(['[admin] LAST_HOUR is:', '3600.0 seconds']);
    expect((await run('TIME_OUT')).lines).toEqual(['[admin] TIME_OUT is:', '1800.0 seconds']);
  });

  test('take effect at once when they are changed', async () => {
    expect((await run('change', 'MaxCon', '4')).lines).toEqual(['MaxCon has been changed to 4 (it was 100).']);
    expect((await run('change', 'BLOCK_TIME', '50')).lines).toEqual([
      'BLOCK_TIME has been changed to 50.0 (it was 60.0).',
    ]);
    expect(await room.database.room()).toMatchObject({ maxCon: 4, blockTime: 50 });
  });

  test('are not changed if another administrator has changed them in the meantime', async () => {
    const { code, complaints } = await run('change', 'MaxCon', '9', '--seen', '5');
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: ['Error! MaxCon was changed by another administrator meanwhile. Look at it again.'],
    });
    expect(await run('change', 'MaxCon', '9', '--seen', '4')).toMatchObject({ code: 0 });
  });
});

describe('a script gets an exit code and one error line for', () => {
  test.each([
    ['a refusal', 1, ['change', 'MaxCon', '0'], 'Error! MaxCon is a whole number from 1 to 100000.'],
    ['an unknown user', 1, ['kick', 'nobody'], 'Error! nobody is not online.'],
    ['an unknown setting', 2, ['change', 'MaxConn', '5'], 'Error! There is no setting "MaxConn".'],
    [
      'a setting that other commands change',
      1,
      ['change', 'OPEN', 'false'],
      'Error! OPEN cannot be changed: "stop" closes the room',
    ],
    ['an invalid value', 2, ['change', 'MaxCon', 'many'], 'Error! MaxCon is a whole number from 1 to 100000.'],
    ['an unknown command', 2, ['dance'], 'Error! There is no command "dance".'],
    ['help on an unknown command', 2, ['help', 'dance'], 'Error! There is no command "dance".'],
    ['an unreadable file', 2, ['restore', 'test'], `Error! ${resolve('test')} cannot be read: `],
    [
      'a folder that does not exist',
      2,
      ['backup', 'no/such/folder/x.gz'],
      `Error! Nothing can be written to ${resolve('no/such')}/`,
    ],
    ['a missing argument', 2, ['kick'], 'Error! Usage: kick <user> [reason]'],
  ])('%s', async (_, code, args, complaint) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ code, lines: [] });
    expect(ran.complaints).toEqual([expect.stringContaining(complaint)]);
    const { complaints } = await run('--json', ...args);
    expect(JSON.parse(complaints[0] ?? '')).toMatchObject({ error: { message: expect.any(String) } });
  });

  test('a wrong command where no room runs', async () => {
    const nowhere = 'ws://127.0.0.1:1';
    expect(await admin(nowhere, ['kick'])).toMatchObject({ code: 2 });
    expect(await admin(nowhere, ['help', 'kick'])).toMatchObject({ code: 0, complaints: [] });
  });

  test('a missing room', async () => {
    const ran = await admin('ws://127.0.0.1:1', ['MaxCon']);
    expect(ran).toMatchObject({ code: 3, lines: [] });
    expect(ran.complaints).toEqual([expect.stringContaining('There is no room on port 1 of this machine.')]);
  });
});

test('when its output is closed, a command that changes something is completed, and one that only reads ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'console-'));
  const file = join(folder, 'room.gz');
  for (const args of [
    ['backup', file],
    ['log', '--follow'],
  ]) {
    const options = ['dist/client/admin.mjs', '--port', new URL(room.url).port, ...args];
    const child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
  }
  expect((await stat(file)).size).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
});

test('kick passes on the reason exactly as typed', async () => {
  const client = await room.enter('facebook');
  const { lines } = await admin(room.url, [], 'kick facebook for  two spaces\n');
  expect(lines).toEqual(['The user "facebook" has been logged out.']);
  expect(await client.event('kicked')).toMatchObject({ reason: 'for  two spaces' });
});

test('without a reason, the kicked user reads that the administrator gave none', async () => {
  await room.register('windows');
  const chat = await ChatProcess.enter(room.url, 'windows');
  await admin(room.url, ['kick', 'windows']);
  await chat.sees('You have been removed from the chat room. The administrator gave no reason.');
  expect(await chat.exited).toBe(1);
});

test('commands are read from a pipe, one per line; the last one sets the exit code', async () => {
  const { code, lines } = await admin(room.url, [], 'MaxCon\nchange MaxCon\n7\n\nchange MaxCon 0\n');
  expect(lines).toEqual([
    '[admin] MaxCon is:',
    '9',
    '[admin] MaxCon is:',
    '9',
    '[admin] Enter the new MaxCon, a whole number from 1 to 100000:',
    'MaxCon has been changed to 7.',
  ]);
  expect(code).toBe(1);
});
