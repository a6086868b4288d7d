import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../testing/certificate.ts';
import { noSuchStack, type StackAnswer, StackDesk, stackWith } from '../testing/cloud-formation.ts';
import { broadcast, message, ScriptedRoom } from '../testing/scripted-room.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const sentAt = '2026-11-23T09:00:00.000Z';

let scripted: ScriptedRoom;
let config: string;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
  config = await mkdtemp(join(tmpdir(), 'chat-script-'));
});

afterEach(async () => {
  await scripted.close();
  await rm(config, { recursive: true, force: true });
});

interface Run {
  /** The input. Undefined: the test writes it. */
  readonly input?: string | undefined;
  readonly environment?: Record<string, string>;
  /** The content of file descriptor 3. */
  readonly third?: string;
}

/** Runs `chat` as a script does, without this machine's settings. */
function chat(args: readonly string[], run: Run = {}) {
  const { input, environment = {}, third } = { input: '', ...run };
  const child = spawn(process.execPath, ['dist/client/chat.mjs', ...args], {
    cwd: project,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      XDG_CONFIG_HOME: config,
      HOME: config,
      APPDATA: config,
      CHAT_PASSWORD: 'wastingtime',
      ...environment,
    },
  });
  if (input !== undefined) child.stdin.end(input);
  // Only the first line is read.
  (child.stdio[3] as NodeJS.WritableStream).on('error', () => {}).end(third ?? '');
  const done = Promise.all([text(child.stdout).catch(() => 'cut off'), text(child.stderr), once(child, 'close')]).then(
    ([out, err, [code]]) => ({ out, err, code: code as number }),
  );
  return { child, done };
}

const facebook = () => ['--url', scripted.url, '--user', 'facebook'];
const session = { user: 'facebook', token: 't', timeOut: 600, unread: { inbox: 2, room: 3 } };

/** Accepts the script's login. The script does not sync, so it acknowledges no message. */
async function letIn() {
  const peer = await scripted.peer();
  const login = await peer.next('login');
  login.reply(session);
  return { peer, login: login.arguments };
}

describe('a user who is logged in elsewhere', () => {
  test('gets a hint about --take-over', async () => {
    const { done } = chat([...facebook(), 'whoelse']);
    const since = new Date(new Date().setHours(9, 14)).toISOString();
    (await (await scripted.peer()).next('login')).refuse('already-online', { since });
    expect(await done).toEqual({
      code: 1,
      out: '',
      err: 'You are logged in elsewhere since 09:14. To continue here instead, use --take-over.\n',
    });
  });

  test.each([['whoelse'], []])('continues here with --take-over: %s', async (...command) => {
    const { child, done } = chat([...facebook(), '--take-over', ...command], { input: undefined });
    const { login } = await letIn();
    expect(login).toMatchObject({ user: 'facebook', takeOver: true });
    child.kill();
    await done;
  });
});

test('a warning is printed for a room without TLS on another machine, but not for this machine', async () => {
  const { done } = chat(['--url', 'ws://no-such-host.invalid', '--user', 'facebook', 'whoelse']);
  const { err, code } = await done;
  expect(code).toBe(3);
  expect(err).toMatch(/^Warning: no-such-host.invalid is reached without TLS\..*\n/);
  const local = chat([...facebook(), 'whoelse']);
  const { peer } = await letIn();
  (await peer.next('whoelse')).reply({ users: [], total: 0 });
  (await peer.next('logout')).reply({});
  expect(await local.done).toMatchObject({ err: '', code: 0 });
});

describe('a script', () => {
  test('sends a message to one user, and reads no missed messages', async () => {
    const { done } = chat([...facebook(), 'send', 'Columbia', 'hello', 'there']);
    const { peer, login } = await letIn();
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
    const { done } = chat(['broadcast', '--json', '--password-fd', '3', ...facebook()], {
      input: 'from a pipe\nin two lines\n',
      third: 'lotsofexams\nanother line\n',
    });
    const { peer, login } = await letIn();
    expect(login.password).toBe('lotsofexams');
    const said = await peer.next('broadcast');
    expect(said.arguments).toEqual({ text: 'from a pipe\nin two lines' });
    said.reply({ online: 2, seq: 9, sentAt });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: `{"online":2,"seq":9,"sentAt":"${sentAt}"}\n`, err: '', code: 0 });
  });

  test('reads a slow password from stdin, and leaves the rest of the input', async () => {
    const { child, done } = chat([...facebook(), '--password-fd', '0', 'send', 'Columbia'], { input: undefined });
    await sleep(1_500);
    child.stdin.write('lotsof');
    await sleep(100);
    child.stdin.end('exams\r\nhello');
    const { peer, login } = await letIn();
    expect(login.password).toBe('lotsofexams');
    const said = await peer.next('message');
    expect(said.arguments).toEqual({ to: 'Columbia', text: 'hello' });
    said.reply({ delivery: 'stored', seq: 7, sentAt });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'stored\n', err: '', code: 0 });
  });

  test('succeeds even if its output is closed', async () => {
    const { child, done } = chat([...facebook(), 'send', 'Columbia', 'hello']);
    child.stdout.destroy();
    const { peer } = await letIn();
    (await peer.next('message')).reply({ delivery: 'stored', seq: 7, sentAt });
    (await peer.next('logout')).reply({});
    expect(await done).toMatchObject({ err: '', code: 0 });
  });

  test('prints the other users online', async () => {
    const { done } = chat([...facebook(), 'whoelse']);
    const { peer } = await letIn();
    (await peer.next('whoelse')).reply({ users: ['Columbia', 'Goo\u001bgle'], total: 2 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'Columbia\nGoo\\egle\n', err: '', code: 0 });
  });

  test('prints messages, and acknowledges those that it has printed', async () => {
    const { child, done } = chat([...facebook(), 'tail', '--json']);
    const peer = await scripted.peer();
    await scripted.letIn(peer, { inbox: 4, room: 0 });
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
    const { child, done } = chat([...facebook(), 'tail']);
    const peer = await scripted.peer();
    await scripted.letIn(peer);
    child.stdout.destroy();
    peer.event(broadcast(1));
    peer.event(broadcast(2));
    expect(await peer.closed).toBe(1000);
    expect(await done).toMatchObject({ err: '', code: 0 });
  });

  test('prints the refusal on stderr, and ends with 1', async () => {
    const { done } = chat([...facebook(), 'send', 'nobody', 'hello']);
    const { peer } = await letIn();
    (await peer.next('message')).refuse('no-such-user');
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: '', err: 'There is no such user.\n', code: 1 });
  });

  test('ends with 1 after a wrong password', async () => {
    const { done } = chat([...facebook(), 'whoelse']);
    (await (await scripted.peer()).next('login')).refuse('wrong-password', { triesLeft: 2 });
    expect(await done).toEqual({ out: '', err: 'Wrong password.\n', code: 1 });
  });

  test('ends with 3 if it finds no room, or loses it', async () => {
    const nobody = chat(['--url', 'ws://127.0.0.1:1', '--user', 'facebook', 'whoelse']);
    expect(await nobody.done).toMatchObject({
      out: '',
      err: expect.stringMatching(/^Nothing answers at .*\n$/),
      code: 3,
    });
    const { done } = chat([...facebook(), 'tail']);
    const peer = await scripted.peer();
    await scripted.letIn(peer);
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
    const { out, err, code } = await chat(args).done;
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err).toMatch(complaint);
  });

  test('does not ask for a password without a terminal', async () => {
    const { err, code } = await chat([...facebook(), 'whoelse'], { environment: { CHAT_PASSWORD: '' } }).done;
    expect(code).toBe(2);
    expect(err).toMatch(/CHAT_PASSWORD/);
  });
});

describe('a profile', () => {
  test('stores address and user, readable by its owner only, and is used by default', async () => {
    expect(await chat(['profile', 'set', 'default', ...facebook()]).done).toEqual({ out: '', err: '', code: 0 });
    const unread = chat(['profile', 'list']);
    unread.child.stdout.destroy();
    expect(await unread.done).toMatchObject({ err: '', code: 0 });
    await chat(['profile', 'set', 'work', '--url', 'wss://chat.example.com/prod']).done;
    const list = await chat(['profile', 'list']).done;
    expect(list.out).toBe(`default ${scripted.url} facebook\nwork wss://chat.example.com/prod\n`);
    const file = join(config, 'chat-room', 'profiles.json');
    const { mode } = await stat(file);
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toMatch(/password|wastingtime/);

    const { done } = chat(['whoelse']);
    const { peer, login } = await letIn();
    expect(login.user).toBe('facebook');
    (await peer.next('whoelse')).reply({ users: [], total: 0 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: '', err: '', code: 0 });

    expect((await chat(['profile', 'remove', 'work']).done).code).toBe(0);
    expect((await chat(['profile', 'remove', 'work']).done).code).toBe(2);
    expect((await chat(['profile', 'list', '--json']).done).out).toBe(
      `${JSON.stringify({ name: 'default', url: scripted.url, user: 'facebook' })}\n`,
    );
  });
});

describe('an address that contains a password', () => {
  const address = 'wss://me:lotsofexams@chat.example.com';

  test.each([[['profile', 'set', 'default']], [['whoelse', '--user', 'me']], [[]]])('is refused: %j', async (args) => {
    const { out, err, code } = await chat(['--url', address, ...args]).done;
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err).toBe(
      "error: A room's address must not contain a user name or a password. See chat --help for how to pass them.\n",
    );
    expect(await readdir(config)).toEqual([]);
  });

  test('is refused in a profile, too', async () => {
    await mkdir(join(config, 'chat-room'));
    const profiles = { default: { url: address, user: 'me' } };
    await writeFile(join(config, 'chat-room', 'profiles.json'), JSON.stringify({ profiles }));
    const { err, code } = await chat(['whoelse']).done;
    expect({ err, code }).toEqual({
      err: expect.stringMatching(/^error: A room's address must not contain a user name/),
      code: 2,
    });
  });
});

describe('a room with a certificate that NODE_EXTRA_CA_CERTS trusts', () => {
  const soon = () => new Date(Date.now() + 60_000);

  /** Runs `whoelse` on this host. A proxy in front of the room terminates TLS. */
  const ask = async (host: string, until: Date) => {
    const { cert, key } = await selfSigned('localhost', { until });
    const server = createServer({ cert, key }, (socket) => {
      const onward = connect(Number(new URL(scripted.url).port), '127.0.0.1');
      socket
        .on('error', () => onward.destroy())
        .pipe(onward.on('error', () => socket.destroy()))
        .pipe(socket);
    });
    server.on('tlsClientError', () => {});
    server.listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const trusted = join(config, 'room.pem');
    await writeFile(trusted, cert);
    const url = `wss://${host}:${(server.address() as AddressInfo).port}`;
    const environment = { NODE_EXTRA_CA_CERTS: trusted };
    return { url, done: chat(['--url', url, '--user', 'facebook', 'whoelse'], { environment }).done };
  };

  test('is accepted', async () => {
    const { done } = await ask('localhost', soon());
    const { peer } = await letIn();
    (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'Columbia\n', err: '', code: 0 });
  });

  test.each([
    ['is for another name', '127.0.0.1', soon],
    ['has expired', 'localhost', () => new Date(Date.now() - 60_000)],
  ])('gives one error line if the certificate %s', async (fault, host, until) => {
    const { url, done } = await ask(host, until());
    expect(await done).toEqual({ out: '', err: `The certificate of ${url} ${fault}.\n`, code: 3 });
  });
});

describe('a deployed stack', () => {
  const ask = async (answer: StackAnswer) => {
    const desk = await StackDesk.open(answer);
    onTestFinished(() => desk.close());
    const { environment, asked } = desk;
    return { asked, ...chat(['--stack', 'ChatRoom', '--user', 'facebook', 'whoelse'], { environment }) };
  };

  test('has the address in its outputs', async () => {
    const { asked, done } = await ask(stackWith({ WebSocketUrl: scripted.url }));
    const { peer } = await letIn();
    (await peer.next('whoelse')).reply({ users: ['Columbia'], total: 1 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: 'Columbia\n', err: '', code: 0 });
    expect(asked).toEqual([expect.stringContaining('StackName=ChatRoom')]);
  });

  test.each([
    ['it is not a room', stackWith({}), /no output WebSocketUrl/],
    ['there is none', noSuchStack, /could not be looked up: Stack with id ChatRoom does not exist/],
  ])('gives one error line if %s', async (_, answer, complaint) => {
    const { done } = await ask(answer);
    const { out, err, code } = await done;
    expect({ out, code }).toEqual({ out: '', code: 3 });
    expect(err).toMatch(complaint);
    expect(err.trimEnd()).not.toContain('\n');
  });
});
