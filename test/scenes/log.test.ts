import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admin, administer } from '../harness/console.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  // The log must contain only what this scene does.
  room = await openRoom({ floodLimit: true });
});
afterAll(() => room.close());

/** The log as a script reads it. */
const read = async (...options: string[]) => {
  const { code, lines } = await administer(room, 'log', '--json', ...options);
  expect(code).toBe(0);
  return lines.map((line) => JSON.parse(line));
};

test('each login, refusal, command, logout and administrator command is one line with user, command and result', async () => {
  const client = await room.enter('Facebook');
  await client.refused('message', { to: 'nobody', text: 'hello' });
  await client.get('broadcast', { text: 'hello' });
  await client.get('sync', {});
  client.say('ack', { room: 1 });
  await room.change('maxCon', 1);
  await expect(room.connect()).rejects.toMatchObject({ status: 429 });
  await room.change('maxCon', 100);
  await client.get('logout', {});
  await client.closed;
  const lines = await read();
  expect(lines.map(({ message, user, result }) => [message, user, result])).toEqual([
    ['register', 'facebook', 'ok'],
    ['login', 'facebook', 'ok'],
    ['message', 'facebook', 'no-such-user'],
    ['broadcast', 'facebook', 'ok'],
    ['admin change', undefined, 'ok'],
    ['connect', undefined, 'room-full'],
    ['admin change', undefined, 'ok'],
    ['end', 'facebook', 'logout'],
    ['logout', 'facebook', 'ok'],
  ]);
  for (const line of lines) {
    expect(line).toMatchObject({ at: expect.any(String), requestId: expect.any(String) });
    if (line.user) expect(line).toMatchObject({ connectionId: expect.any(String) });
  }
  expect(lines[4]).toMatchObject({ about: { name: 'maxCon', value: 1 }, ms: expect.any(Number) });
  expect(lines[1]).toMatchObject({ address: '127.0.0.1' });
});

test('it contains no text, no password, no reason, and no name without an account, which may be a password', async () => {
  const secret = 'correct-horse-battery';
  const client = await room.enter('Columbia', secret);
  await client.get('message', { to: 'Facebook', text: secret });
  await client.get('broadcast', { text: secret });
  await client.get('passwd', { oldPassword: secret, newPassword: `${secret}2` });
  await client.refused('message', { to: secret, text: secret });
  await client.refused('block', { user: secret });
  client.send({ action: secret, text: secret });
  client.send(secret);
  client.send({ action: 'broadcast', text: secret, more: secret });
  await room.admin({ command: 'kick', user: 'Columbia', reason: secret });
  await client.closed;
  const guest = await room.connect();
  await guest.refused('login', { user: secret, password });
  await guest.refused('login', { user: 'Columbia', password: `${secret}3` });
  await guest.refused('register', { user: `${secret} `, password: secret });
  await guest.refused('register', { user: secret, password: 'short' });
  await guest.refused('resume', { user: secret, token: secret });
  await room.database.setOpen(false);
  await guest.refused('login', { user: secret, password });
  await room.database.setOpen(true);
  await guest.close();
  const lines = await read();
  expect(lines.length).toBeGreaterThan(15);
  expect(JSON.stringify(lines)).not.toContain(secret);
});

test('it contains no value of a stored item or event that fails to parse', async () => {
  const secret = 'sealed-orders';
  const lines: string[] = [];
  const stop = room.local.lambdaLogs.subscribe(({ text }) => void lines.push(text));
  await room.register('Garbled');
  const guest = await room.connect();
  // The item contains the password hash and an invalid attribute.
  await room.database.set('Users', { name: 'garbled' }, { inboxAcked: secret, displayName: { [secret]: secret } });
  const hash = String((await room.database.user('garbled'))?.['passwordHash']);
  expect(await guest.refused('login', { user: 'Garbled', password })).toMatchObject({ code: 'internal' });
  await guest.close();
  await expect(room.local.invoke('Fanout', { to: secret, event: { text: secret } })).rejects.toThrow('not well-formed');
  await expect(room.local.invoke('Chat', { body: secret, requestContext: {} })).rejects.toThrow('not well-formed');
  await room.database.remove('Users', { name: 'garbled' });
  stop();
  expect(lines.join('\n')).toContain('a stored item is not well-formed: displayName');
  expect(lines.join('\n')).not.toContain(secret);
  expect(lines.join('\n')).not.toContain(hash);
});

test('the blocked user is named only if the account exists', async () => {
  const client = await room.enter('Blocker');
  await room.register('Other');
  await client.get('block', { user: 'OTHER' });
  await client.refused('block', { user: 'other' });
  await client.refused('block', { user: 'nobody at all' });
  await client.get('unblock', { user: 'other' });
  const lines = await read('--user', 'blocker');
  expect(lines.slice(2).map(({ message, result, about }) => [message, result, about])).toEqual([
    ['block', 'ok', { user: 'other' }],
    ['block', 'already-blocked', { user: 'other' }],
    ['block', 'no-such-user', undefined],
    ['unblock', 'ok', { user: 'other' }],
  ]);
  await client.get('logout', {});
  await client.closed;
});

test('it records who got the URL of a backup, and refused administrator commands', async () => {
  const since = (await read()).length;
  await room.admin({ command: 'backup-url', name: 'one.ndjson.gz' });
  await room.admin({ command: 'upload-url', name: 'two.ndjson.gz', bytes: 30 });
  await room.admin({ command: 'backup-url', name: '../files/one' });
  await room.admin({ command: 'my secret' });
  await room.admin({});
  await room.admin({ command: 'stats' });
  const lines = (await read()).slice(since);
  expect(lines.map(({ message, result, about }) => [message, result, about])).toEqual([
    ['admin backup-url', 'ok', { name: 'one.ndjson.gz' }],
    ['admin upload-url', 'ok', { name: 'two.ndjson.gz', bytes: 30 }],
    ['admin backup-url', 'bad-request', undefined],
    ['admin', 'unknown-command', undefined],
    ['admin', 'bad-request', undefined],
  ]);
});

test('it names a setting as the console does', async () => {
  await room.change('maxCon', 90);
  await room.admin({ command: 'import', settings: { maxCon: 100, timeOut: 1000 } });
  const { lines } = await administer(room, 'log');
  expect(lines.slice(-2)).toEqual([
    expect.stringContaining(' admin change name=MaxCon value=90 ok '),
    expect.stringContaining(' admin import MaxCon=100 TIME_OUT=1000 ok '),
  ]);
});

test('it can be shown for one user, in readable form', async () => {
  const { lines } = await admin(room.url, ['log', '--since', '1h', '--user', 'columbia']);
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d columbia (on 127\.0\.0\.1 )?[a-z]+ /);
  expect(await read('--user', 'facebook')).not.toContainEqual(expect.objectContaining({ user: 'columbia' }));
  expect(await administer(room, 'log', '--since', 'yesterday')).toMatchObject({ code: 2, lines: [] });
  expect(await administer(room, 'log', '--user', 'a" || "')).toMatchObject({ code: 1, lines: [] });
});

test('it can be followed: each new command is shown once', async () => {
  const child = spawn(
    process.execPath,
    ['dist/client/admin.mjs', '--port', new URL(room.url).port, 'log', '--since', '1m', '--user', 'Google', '--follow'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const client = await room.enter('Google');
  await expect.poll(() => lines.length).toBe(2);
  await client.get('whoelse', {});
  await expect.poll(() => lines.length).toBe(3);
  await client.get('wholasthr', {});
  await expect.poll(() => lines.length).toBe(4);
  expect(lines.map((line) => / (register|login|whoelse|wholasthr) /.exec(line)?.[1])).toEqual([
    'register',
    'login',
    'whoelse',
    'wholasthr',
  ]);
  child.kill('SIGINT');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await client.close();
});
