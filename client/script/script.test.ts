import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ScriptRunner } from '../testing/script-runner.ts';
import { broadcast, message } from '../testing/scripted-room.ts';

const sentAt = '2026-11-23T09:00:00.000Z';

let runner: ScriptRunner;

beforeEach(async () => {
  runner = await ScriptRunner.open();
});

afterEach(() => runner.close());

test('a full room refuses a command with exit code 1', async () => {
  const { done } = runner.chat([...runner.facebook, 'whoelse']);
  (await (await runner.scripted.peer()).next('login')).refuse('room-full');
  const err = 'The room is full, so you cannot log in now. Please try again later.\n';
  expect(await done).toEqual({ code: 1, out: '', err });
});

describe('a user who is logged in elsewhere', () => {
  test('gets a hint about --take-over', async () => {
    const { done } = runner.chat([...runner.facebook, 'whoelse']);
    const since = new Date(new Date().setHours(9, 14)).toISOString();
    (await (await runner.scripted.peer()).next('login')).refuse('already-online', { since });
    expect(await done).toEqual({
      code: 1,
      out: '',
      err: 'You are logged in elsewhere since 09:14. To continue here instead, use --take-over.\n',
    });
  });

  test('runs a command here with --take-over', async () => {
    const { done } = runner.chat([...runner.facebook, '--take-over', 'whoelse']);
    const { peer, login } = await runner.letIn();
    expect(login).toMatchObject({ user: 'facebook', takeOver: true });
    (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'Columbia\n', err: '', code: 0 });
  });

  test('continues the chat here with --take-over', async () => {
    const { child, done } = runner.chat([...runner.facebook, '--take-over'], { keepOpen: true });
    const { peer, login } = await runner.letIn();
    expect(login).toMatchObject({ user: 'facebook', takeOver: true });
    // The client is logged in once it asks for messages. Before that, a signal ends it without a logout.
    (await peer.next('sync')).reply({ messages: [], upTo: { inbox: 2, room: 3 }, more: false });
    child.kill();
    (await peer.next('logout', 'ack', 'whoelse', 'fileget')).reply({});
    await done;
  });
});

describe('a script', () => {
  test('sends a message to one user, and reads no missed messages', async () => {
    const { done } = runner.chat([...runner.facebook, 'send', 'Columbia', 'hello', 'there']);
    const { peer, login } = await runner.letIn();
    expect(login).toEqual({ user: 'facebook', password: 'wastingtime' });
    const said = await peer.next('message');
    expect(said.arguments).toEqual({ to: 'Columbia', text: 'hello there' });
    said.reply({ delivery: 'stored', seq: 7, sentAt });
    const logout = await peer.next('logout');
    expect(logout.arguments).toEqual({});
    logout.reply({});
    expect(await done).toEqual({ out: 'stored\n', err: '', code: 0 });
  });

  test('reads the text from stdin and the password from a file descriptor', async () => {
    const { done } = runner.chat(['broadcast', '--json', '--password-fd', '3', ...runner.facebook], {
      input: 'from a pipe\nin two lines\n',
      third: 'lotsofexams\nanother line\n',
    });
    const { peer, login } = await runner.letIn();
    expect(login.password).toBe('lotsofexams');
    const said = await peer.next('broadcast');
    expect(said.arguments).toEqual({ text: 'from a pipe\nin two lines' });
    said.reply({ online: 2, seq: 9, sentAt });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: `{"online":2,"seq":9,"sentAt":"${sentAt}"}\n`, err: '', code: 0 });
  });

  test('reads a slow password from stdin, and leaves the rest of the input', async () => {
    const { child, done } = runner.chat([...runner.facebook, '--password-fd', '0', 'send', 'Columbia'], {
      keepOpen: true,
    });
    await sleep(1_500);
    child.stdin.write('lotsof');
    await sleep(100);
    child.stdin.end('exams\r\nhello');
    const { peer, login } = await runner.letIn();
    expect(login.password).toBe('lotsofexams');
    const said = await peer.next('message');
    expect(said.arguments).toEqual({ to: 'Columbia', text: 'hello' });
    said.reply({ delivery: 'stored', seq: 7, sentAt });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'stored\n', err: '', code: 0 });
  });

  test('succeeds even if its output is closed', async () => {
    const { child, done } = runner.chat([...runner.facebook, 'send', 'Columbia', 'hello']);
    child.stdout.destroy();
    const { peer } = await runner.letIn();
    (await peer.next('message')).reply({ delivery: 'stored', seq: 7, sentAt });
    (await peer.next('logout')).reply({});
    expect(await done).toMatchObject({ err: '', code: 0 });
  });

  test('prints the other users online', async () => {
    const { done } = runner.chat([...runner.facebook, 'whoelse']);
    const { peer } = await runner.letIn();
    (await peer.next('whoelse')).reply({ users: ['Columbia', 'Goo\u001bgle'], total: 2 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'Columbia\nGoo\\egle\n', err: '', code: 0 });
  });

  test('prints messages, and acknowledges those that it has printed', async () => {
    const { child, done } = runner.chat([...runner.facebook, 'tail', '--json']);
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer, { inbox: 4, room: 0 });
    peer.event(message(5, 'hi\n\u009b2J'));
    peer.event(broadcast(1));
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 5, room: 1 });
    peer.event({ type: 'event', event: 'login', user: 'Columbia' });
    peer.event(broadcast(2));
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 5, room: 2 });
    child.kill('SIGTERM');
    (await peer.next('logout')).reply({});
    const { out, err, code } = await done;
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toContain('"text":"hi\\n\\u009b2J"');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { event: 'message', stream: 'inbox', seq: 5, from: 'facebook', text: 'hi\n\u009b2J', sentAt },
      { event: 'broadcast', stream: 'room', seq: 1, from: 'facebook', text: 'broadcast 1', sentAt },
      { event: 'login', user: 'Columbia' },
      { event: 'broadcast', stream: 'room', seq: 2, from: 'facebook', text: 'broadcast 2', sentAt },
    ]);
  });

  test('ends when its output is closed, and does not acknowledge messages that it could not print', async () => {
    const { child, done } = runner.chat([...runner.facebook, 'tail']);
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    child.stdout.destroy();
    peer.event(broadcast(1));
    peer.event(broadcast(2));
    (await peer.next('logout')).reply({});
    expect(await peer.closed).toBe(1000);
    expect(await done).toMatchObject({ err: '', code: 0 });
  });

  test('prints the refusal on stderr, and ends with 1', async () => {
    const { done } = runner.chat([...runner.facebook, 'send', 'nobody', 'hello']);
    const { peer } = await runner.letIn();
    (await peer.next('message')).refuse('no-such-user');
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: '', err: 'There is no such user.\n', code: 1 });
  });

  test('ends with 1 after a wrong password', async () => {
    const { done } = runner.chat([...runner.facebook, 'whoelse']);
    (await (await runner.scripted.peer()).next('login')).refuse('wrong-password', { triesLeft: 2 });
    expect(await done).toEqual({ out: '', err: 'Wrong password.\n', code: 1 });
  });

  test('ends with 3 if it finds no room, or loses it', async () => {
    const nobody = runner.chat(['--url', 'ws://127.0.0.1:1', '--user', 'facebook', 'whoelse']);
    expect(await nobody.done).toMatchObject({
      out: '',
      err: expect.stringMatching(/^Nothing answers at .*\n$/),
      code: 3,
    });
    const { done } = runner.chat([...runner.facebook, 'tail']);
    const peer = await runner.scripted.peer();
    await runner.scripted.letIn(peer);
    peer.event({ type: 'event', event: 'timeout', seconds: 60 });
    expect(await done).toEqual({
      out: '',
      err: 'You were inactive for 60.0 seconds and have been logged out.\n',
      code: 3,
    });
  });

  test.each([
    [['send', 'Columbia', 'hi'], /No user is given/],
    [['--user', 'facebook', 'send', 'Columbia'], /nothing to say/],
    [['--user', 'facebook', 'whoelse', '--password-fd', '99'], /descriptor 99/],
    [['--user', 'facebook', 'whoelse', '--password', 'secret'], /unknown option/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['whoelse', 'frobnicate'], /too many arguments/],
    [['--profile', 'constructor', '--user', 'facebook', 'whoelse'], /no profile "constructor"/],
    [['profile', 'remove', 'toString'], /no profile "toString"/],
    [['profile', 'set', '__proto__', '--url', 'ws://127.0.0.1:1'], /A profile has a name/],
  ])('%j is misuse', async (args, complaint) => {
    const { out, err, code } = await runner.chat(args).done;
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err).toMatch(complaint);
  });

  test('does not ask for a password without a terminal', async () => {
    const { err, code } = await runner.chat([...runner.facebook, 'whoelse'], { environment: { CHAT_PASSWORD: '' } })
      .done;
    expect(code).toBe(2);
    expect(err).toMatch(/CHAT_PASSWORD/);
  });
});
