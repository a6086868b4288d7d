import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/index.ts';
import { logIn, openTerminal, prompt } from '../testing/open-terminal.ts';
import { broadcast, message } from '../testing/scripted-room.ts';
import { ScriptedStore, take } from '../testing/scripted-store.ts';
import { withoutTime } from '../testing/terminal-driver.ts';
import { summaryOf } from './summary.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'new-user-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const program = join(import.meta.dirname, '../../dist/client/chat.mjs');

const sit = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}, under: readonly string[] = []) =>
  logIn({ args: [program, ...args], columns: 150, cwd: folder, env, under });

const sentAt = '2026-11-23T09:00:00.000Z';

describe('a line that begins with no command', () => {
  test.each([
    ['hello', 'Did you mean "help"? Enter "broadcast hello" to say it to everyone, or "help" to see the commands.'],
    [
      'wholes',
      'Did you mean "whoelse"? Enter "broadcast wholes" to say it to everyone, or "help" to see the commands.',
    ],
    ['help me', 'Enter "help" to see the commands.', 'me'],
    ['hello everybody', 'Enter "broadcast hello everybody" to say it to everyone, or "help" to see the commands.'],
    [
      'Columbia: are you there?',
      'Enter "message Columbia are you there?" to say it to Columbia, or "help" to see the commands.',
    ],
    ['brodcast hi', 'Did you mean "broadcast"? Enter "help" to see the commands.'],
  ])('%j is answered with how to say it', async (line, answer, unknown = line.split(' ')[0]) => {
    const { typist, peer } = await sit();
    typist.enter(line);
    // The client asks who is online: the first word may be a name.
    if (line.includes(' ')) (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
    await typist.see((rows) => rows.at(-2) === `Error! There is no command "${unknown}". ${answer}`);
  });

  test('is said to everyone, with --default broadcast; commands begin with a slash', async () => {
    const { typist, peer } = await sit(['--default', 'broadcast']);
    typist.enter('hello everybody');
    const said = await peer.next('broadcast');
    expect(said.arguments).toEqual({ text: 'hello everybody' });
    said.refuse('internal');
    typist.enter('/who');
    (await peer.next('whoelse')).reply({ users: [], total: 0 });
    await typist.see((rows) => rows.at(-2) === '(nobody)');
  });

  test('is said to one user, with CHAT_DEFAULT="message Bob"', async () => {
    const { typist, peer } = await sit([], { CHAT_DEFAULT: 'message Bob' });
    typist.enter('  hi');
    expect((await peer.next('message')).arguments).toEqual({ to: 'Bob', text: '  hi' });
  });

  test('--default refuses what takes no text', async () => {
    const { typist } = await openTerminal({ args: [program, '--default', 'dance'] });
    expect(await typist.exited).toBe(2);
  });
});

test('a message to a user who does not exist suggests the online user with the most similar name', async () => {
  const { typist, peer } = await sit();
  typist.enter('message boob hi');
  (await peer.next('message')).refuse('no-such-user');
  (await peer.next('whoelse')).reply({ users: ['Alice', 'Bob'], total: 2 });
  await typist.see((rows) => rows.at(-2) === 'Error! There is no user "boob". Did you mean "Bob"?');
});

test('an own private message is echoed with time and state, and is in the history', async () => {
  const { typist, peer } = await sit();
  typist.enter('message Columbia hi');
  (await peer.next('message')).reply({ delivery: 'delivered', seq: 1, sentAt });
  const echo = /^2026-11-2\d \d\d:\d\d facebook\(private to Columbia, delivered\): hi$/;
  await typist.see((rows) => echo.test(rows.at(-2) ?? ''));
  typist.enter('history inbox 2');
  const received = (seq: number, at: string) => ({ ...message(seq), from: 'Columbia', sentAt: at });
  (await peer.next('history')).reply({
    messages: [received(1, '2026-11-23T08:00:00.000Z'), received(2, '2026-11-23T09:00:01.000Z')],
    more: false,
  });
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'Columbia(private): message 2');
  expect(typist.rows.at(-4)).toBe('The last private messages are:');
  expect(typist.rows.at(-3)).toMatch(echo);
});

test('the history with a user has both halves of the conversation, wherever it was written', async () => {
  const { typist, peer } = await sit();
  typist.enter('history columbia 5');
  const first = await peer.next('history');
  expect(first.arguments).toEqual({ stream: 'inbox', limit: 5, with: 'columbia' });
  first.reply({ messages: [], more: true, cursor: '7-1001' });
  const second = await peer.next('history');
  expect(second.arguments).toEqual({ stream: 'inbox', limit: 5, with: 'columbia', cursor: '7-1001' });
  const own = { ...message(900), from: 'facebook', to: 'Columbia' };
  // An older room returns the messages of other users, too.
  second.reply({
    messages: [own, { ...message(4), from: 'Google' }, { ...message(5), from: 'Columbia' }],
    more: false,
  });
  await typist.see((rows) => withoutTime(rows.at(-2)) === 'Columbia(private): message 5');
  expect(withoutTime(typist.rows.at(-3))).toBe('facebook(private to Columbia): message 900');
  expect(typist.rows.at(-4)).toBe('The last private messages with "columbia" are:');
});

test('the rule for passwords is told first, and nothing goes back', async () => {
  const { typist, scripted } = await openTerminal({ columns: 150 });
  const answer = async (question: string, typed: string) => {
    await typist.see((rows) => rows.at(-2) === question && rows.at(-1) === '>>');
    typist.enter(typed);
  };
  await answer('Please enter your username (or "register", "de-register" or "quit"):', 'register');
  await answer('Please enter a new username:', 'Bob');
  const peer = await scripted.peer();
  (await peer.next('register')).refuse('invalid-password', { limit: 8 });
  await answer('Please enter a new password:', '7 bytes');
  expect(typist.rows).toContain(
    'A password has at least 8 characters, and is not a common one. It is not shown while you type. Enter nothing to go back.',
  );
  await typist.see((rows) => rows.at(-3) === 'That is too short.');
  await answer('Please enter a new password:', '');
  await answer('Please enter your username (or "register", "de-register" or "quit"):', 'quit');
  expect(await typist.exited).toBe(0);
});

describe('a text that is too long', () => {
  const long = 'x'.repeat(limits.textBytes + 1);

  test('is offered as a file', async () => {
    const store = await ScriptedStore.start();
    const { typist, peer } = await sit();
    typist.enter(`message Columbia ${long}`);
    const question = 'The text has 4097 bytes. A message has at most 4096. Send it to Columbia as a file? (y/n)';
    await typist.see((rows) => rows.at(-2) === question);
    store.expect(take((body) => expect(String(body)).toBe(`${long}\n`)));
    typist.enter('y');
    const asked = await peer.next('file');
    expect(asked.arguments).toMatchObject({ to: 'Columbia', size: 4098 });
    expect(asked.arguments.name).toMatch(/^message \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.txt$/);
    asked.reply({ url: store.url(), method: 'PUT', headers: {}, expiresAt: sentAt });
    await typist.see((rows) => rows.at(-2)?.startsWith('The room has received the file "message ') === true);
    await store.close();
  });

  test('for everyone is offered to one user, and can be discarded', async () => {
    const { typist } = await sit();
    typist.enter(`broadcast ${long}`);
    await typist.see(
      (rows) => rows.at(-2)?.endsWith('Enter a user to send it to as a file, or nothing to discard it:') === true,
    );
    typist.enter('');
    await typist.see((rows) => rows.at(-2) === 'The text was not sent.' && rows.at(-1) === prompt.trimEnd());
  });
});

describe('private messages and mentions', () => {
  test('ring, and the title counts what is unread until a key is pressed; the title is restored', async () => {
    const { typist, peer } = await sit();
    peer.event({ ...broadcast(1, 'nobody in person'), from: 'Google' });
    peer.event({ ...message(1, 'you'), from: 'Google' });
    await typist.see(() => typist.output.includes('\u001b]2;(2) facebook - chat\u0007\u0007'));
    expect(typist.output.split('\u001b]2;(1) ')[1]?.startsWith('facebook - chat\u0007\u0007')).toBe(false);
    typist.type('q');
    await typist.see(() => typist.output.endsWith('q') || typist.rows.at(-1) === `${prompt}q`);
    expect(typist.output.lastIndexOf('\u001b]2;facebook - chat\u0007')).toBeGreaterThan(
      typist.output.lastIndexOf('(2)'),
    );
    typist.enter('uit');
    (await peer.next('logout')).reply({});
    expect(await typist.exited).toBe(0);
    await expect.poll(() => typist.output).toContain('\u001b]2;\u0007\u001b[23;2t');
  });

  test.each([
    ['CHAT_NOTIFY=off', { CHAT_NOTIFY: 'off' }],
    ['TERM=dumb', { TERM: 'dumb' }],
  ])('write no title with %s', async (_, env) => {
    const { typist, peer } = await sit([], env);
    peer.event({ ...message(1, 'you'), from: 'Google' });
    await typist.see((rows) => withoutTime(rows.at(-2)) === 'Google(private): you');
    expect(typist.output).not.toContain('\u001b]');
  });

  test.each([
    ['facebook, are you there?', true],
    ['thanks FACEBOOK.', true],
    ['(@facebook)', true],
    ['mail@facebook', false],
    ['facebooks', false],
    ['my-facebook', false],
    ['face', false],
  ])('%j mentions facebook: %j', (text, isMention) => {
    expect(summaryOf({ ...broadcast(1, text), from: 'Google' }, 'facebook') !== undefined).toBe(isMention);
    expect(summaryOf(broadcast(1, text), 'facebook')).toBeUndefined();
  });
});

describe('--log', () => {
  test('appends messages, notices and own private messages with date and time to a file for the owner', async () => {
    const file = join(folder, 'chat.log');
    const { typist, peer } = await sit(['--log', file]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    peer.event({ type: 'event', event: 'login', user: 'Columbia' });
    peer.event({ ...broadcast(1, 'one\n2026-01-01 00:00:00 forged'), from: 'Columbia' });
    typist.enter('message Columbia hi');
    (await peer.next('message')).reply({ delivery: 'stored', seq: 1, sentAt });
    await typist.see((rows) => rows.at(-2)?.startsWith('The user "Columbia" is not online.') === true);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /, 'AT '))).toEqual([
      'AT System(broadcast): "Columbia" has just logged in.',
      'AT Columbia(broadcast): one\\n2026-01-01 00:00:00 forged',
      'AT facebook(private to Columbia, stored): hi',
      '',
    ]);
  });

  test.each([
    ['a folder', '.', 'it is a folder'],
    ['a missing folder', 'nowhere/chat.log', 'it does not exist'],
    ['a device', '/dev/null', 'it is not a file'],
  ])('refuses %s in one line', async (_, path, why) => {
    const { typist } = await openTerminal({ args: [program, '--log', path], cwd: folder });
    expect(await typist.exited).toBe(2);
    await typist.see((rows) => rows.at(-1) === `error: The log "${path}" cannot be written: ${why}.`);
  });

  test('goes on without the file when it can grow no more', async () => {
    writeFileSync(join(folder, 'chat.log'), Buffer.alloc(2048));
    // The limit of a shell stands in for a full disk.
    const under = ['/bin/sh', '-c', 'ulimit -f 1; exec "$@"', 'sh'];
    const { typist, peer } = await sit(['--log', 'chat.log'], {}, under);
    for (const seq of [1, 2]) peer.event({ ...message(seq, 'goes on'), from: 'Google' });
    await typist.see((rows) => rows.filter((row) => withoutTime(row) === 'Google(private): goes on').length === 2);
    const told = typist.rows.filter(
      (row) => row === 'The log "chat.log" can be written no more: it is larger than the disk takes.',
    );
    expect(told).toHaveLength(1);
  });
});
