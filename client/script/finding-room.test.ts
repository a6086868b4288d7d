import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../testing/certificate.ts';
import { noSuchStack, type StackAnswer, StackDesk, stackWith } from '../testing/cloud-formation.ts';
import { ScriptRunner } from '../testing/script-runner.ts';

let runner: ScriptRunner;

beforeEach(async () => {
  runner = await ScriptRunner.open();
});

afterEach(() => runner.close());

describe('a profile', () => {
  test('stores address and user, readable by its owner only, and is used by default', async () => {
    expect(await runner.chat(['profile', 'set', 'default', ...runner.facebook]).done).toEqual({
      out: '',
      err: '',
      code: 0,
    });
    const unread = runner.chat(['profile', 'list']);
    unread.child.stdout.destroy();
    expect(await unread.done).toMatchObject({ err: '', code: 0 });
    await runner.chat(['profile', 'set', 'work', '--url', 'wss://chat.example.com/prod']).done;
    const list = await runner.chat(['profile', 'list']).done;
    expect(list.out).toBe(`default ${runner.scripted.url} facebook\nwork wss://chat.example.com/prod\n`);
    const file = join(runner.config, 'chat-room', 'profiles.json');
    const { mode } = await stat(file);
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toMatch(/password|wastingtime/);

    const { done } = runner.chat(['whoelse']);
    const { peer, login } = await runner.letIn();
    expect(login.user).toBe('facebook');
    (await peer.next('whoelse')).reply({ users: [], total: 0 });
    (await peer.next('logout')).reply({});
    expect(await done).toEqual({ out: '', err: '', code: 0 });

    expect((await runner.chat(['profile', 'remove', 'work']).done).code).toBe(0);
    expect((await runner.chat(['profile', 'remove', 'work']).done).code).toBe(2);
    expect((await runner.chat(['profile', 'list', '--json']).done).out).toBe(
      `${JSON.stringify({ name: 'default', url: runner.scripted.url, user: 'facebook' })}\n`,
    );
  });
});

test.runIf(existsSync('/proc/self'))('profiles that cannot be kept are an error', async () => {
  const environment = { HOME: '/proc', XDG_CONFIG_HOME: '' };
  const { err, code } = await runner.chat(['profile', 'set', 'default', ...runner.facebook], { environment }).done;
  expect(err).toMatch(/^error: The profiles cannot be written: ENOENT/);
  expect(code).toBe(2);
});

describe('an address that contains a password', () => {
  const address = 'wss://me:lotsofexams@chat.example.com';

  test.each([[['profile', 'set', 'default']], [['whoelse', '--user', 'me']], [[]]])('is refused: %j', async (args) => {
    const { out, err, code } = await runner.chat(['--url', address, ...args]).done;
    expect({ out, code }).toEqual({ out: '', code: 2 });
    expect(err).toBe(
      "error: A room's address must not contain a user name or a password. See chat --help for how to pass them.\n",
    );
    expect(await readdir(runner.config)).toEqual([]);
  });

  test('is refused in a profile, too', async () => {
    await mkdir(join(runner.config, 'chat-room'));
    const profiles = { default: { url: address, user: 'me' } };
    await writeFile(join(runner.config, 'chat-room', 'profiles.json'), JSON.stringify({ profiles }));
    const { err, code } = await runner.chat(['whoelse']).done;
    expect({ err, code }).toEqual({
      err: expect.stringMatching(/^error: A room's address must not contain a user name/),
      code: 2,
    });
  });
});

describe('a deployed stack', () => {
  const ask = async (answer: StackAnswer) => {
    const desk = await StackDesk.open(answer);
    onTestFinished(() => desk.close());
    const { environment, asked } = desk;
    return { asked, ...runner.chat(['--stack', 'ChatRoom', '--user', 'facebook', 'whoelse'], { environment }) };
  };

  test('has the address in its outputs', async () => {
    const { asked, done } = await ask(stackWith({ WebSocketUrl: runner.scripted.url }));
    const { peer } = await runner.letIn();
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

test('a warning is printed for a room without TLS on another machine, but not for this machine', async () => {
  const { done } = runner.chat(['--url', 'ws://no-such-host.invalid', '--user', 'facebook', 'whoelse']);
  const { err, code } = await done;
  expect(code).toBe(3);
  expect(err).toMatch(/^Warning: no-such-host.invalid is reached without TLS\..*\n/);
  const local = runner.chat([...runner.facebook, 'whoelse']);
  const { peer } = await runner.letIn();
  (await peer.next('whoelse')).reply({ users: [], total: 0 });
  (await peer.next('logout')).reply({});
  expect(await local.done).toMatchObject({ err: '', code: 0 });
});

describe('a room with a certificate that NODE_EXTRA_CA_CERTS trusts', () => {
  const soon = () => new Date(Date.now() + 60_000);

  /** Runs `whoelse` on this host. A proxy in front of the room terminates TLS. */
  const ask = async (host: string, until: Date) => {
    const { cert, key } = await selfSigned('localhost', { until });
    const server = createServer({ cert, key }, (socket) => {
      const onward = connect(Number(new URL(runner.scripted.url).port), '127.0.0.1');
      socket
        .on('error', () => onward.destroy())
        .pipe(onward.on('error', () => socket.destroy()))
        .pipe(socket);
    });
    server.on('tlsClientError', () => {});
    server.listen(0);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const trusted = join(runner.config, 'room.pem');
    await writeFile(trusted, cert);
    const url = `wss://${host}:${(server.address() as AddressInfo).port}`;
    const environment = { NODE_EXTRA_CA_CERTS: trusted };
    return { url, done: runner.chat(['--url', url, '--user', 'facebook', 'whoelse'], { environment }).done };
  };

  test('is accepted', async () => {
    const { done } = await ask('localhost', soon());
    const { peer } = await runner.letIn();
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
