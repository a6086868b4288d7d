import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Dynoxide } from './dynamodb/dynoxide.ts';
import { commandLineOf } from './dynamodb/process.ts';
import { baseResources, lambdaRoute, writeAssembly } from './fixtures/assembly.ts';
import { TestClient } from './fixtures/probe-room.ts';

const main = 'dist/local/main.mjs';
let assembly: string;
let folder: string;

beforeAll(async () => {
  assembly = await writeAssembly(
    { ...baseResources, ...lambdaRoute('$default', 'Probe', true) },
    { Function: { Value: { Ref: 'Probe' } } },
  );
  folder = await mkdtemp(join(tmpdir(), 'local-room-'));
});
afterAll(async () => {
  for (const path of [assembly, folder]) await rm(path, { recursive: true, force: true });
});

interface Program {
  readonly child: ChildProcess;
  /** The next line that it prints on stdout. */
  line(): Promise<string>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Runs the room as a program of its own. */
function start(...args: string[]): Program {
  const child = spawn(process.execPath, [main, '--port', '0', '--assembly', assembly, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: string[][] = [[], []];
  child.stdout.on('data', (chunk) => out?.push(String(chunk)));
  child.stderr.on('data', (chunk) => err?.push(String(chunk)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: out?.join('') ?? '',
    stderr: err?.join('') ?? '',
  }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    const data = args[args.indexOf('--data') + 1] ?? '';
    if (!existsSync(data)) return;
    await Dynoxide.endLeftBehind({
      database: join(data, 'dynamodb.sqlite'),
      pid: join(data, 'dynoxide.json'),
      log: '',
    });
  });
  return { child, line: async () => (await lines.next()).value ?? '', ended };
}

async function opened(program: Program): Promise<string> {
  const line = await program.line();
  const url = /^The room is open at (ws:\/\/127\.0\.0\.1:\d+)$/.exec(line)?.[1];
  if (url === undefined) throw new Error(JSON.stringify(await program.ended));
  return url;
}

/** Whether a process runs. A zombie still has its id, but no command line. */
const runs = async (pid: number) => ((await commandLineOf(pid)) ?? '') !== '';
const dynoxidePid = async (data: string) => Number(JSON.parse(await readFile(join(data, 'dynoxide.json'), 'utf8')).pid);
const item = { group: { S: 'test' }, name: { S: 'kept' } };
const put = { do: 'putItem', input: { TableName: 'Test-Items', Item: item } };
const get = { do: 'getItem', input: { TableName: 'Test-Items', Key: item } };

test('a room prints its address and how to join, and ends cleanly on a signal', async () => {
  const data = join(folder, 'clean');
  const program = start('--data', data);
  const url = await opened(program);
  expect(await program.line()).toBe(`Join it from another terminal: npm run chat -- --url ${url}`);
  const health = await fetch(`${url.replace('ws:', 'http:')}/health`);
  expect([health.status, await health.json()]).toEqual([200, { ws: url, data }]);

  const file = join(data, 'room.json');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const written = JSON.parse(await readFile(file, 'utf8'));
  expect(written).toMatchObject({ url, region: 'us-east-1', outputs: { Function: 'Test-Probe' } });

  const client = await TestClient.connect(url);
  const pid = await dynoxidePid(data);
  program.child.kill('SIGINT');
  expect((await client.closed).code).toBe(1012);
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  expect(await runs(pid)).toBe(false);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
});

test('state survives a restart, a kill and a dynoxide left behind by the kill; --fresh deletes it', async () => {
  const data = join(folder, 'kept');
  const first = start('--data', data);
  const client = await TestClient.connect(await opened(first));
  expect(await client.ask(put)).toMatchObject({ $metadata: { httpStatusCode: 200 } });
  const orphan = await dynoxidePid(data);
  // Without the subshell that ends dynoxide with the room.
  const group = execFileSync('pgrep', ['-g', String(orphan)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number);
  expect(group).toHaveLength(2);
  for (const pid of group) if (pid !== orphan) process.kill(pid, 'SIGKILL');
  first.child.kill('SIGKILL');
  await first.ended;
  expect(await runs(orphan)).toBe(true);

  const second = start('--data', data);
  const again = await TestClient.connect(await opened(second));
  expect(await runs(orphan)).toBe(false);
  expect(await again.ask(get)).toMatchObject({ Item: item });
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0 });

  const third = start('--data', data, '--fresh');
  const fresh = await TestClient.connect(await opened(third));
  expect(await fresh.ask(get)).not.toHaveProperty('Item');
  third.child.kill('SIGTERM');
  expect(await third.ended).toMatchObject({ code: 0 });
});

test("an unrelated process with a dead dynoxide's id is not killed", async () => {
  const data = join(folder, 'stranger');
  const first = start('--data', data);
  await opened(first);
  first.child.kill('SIGTERM');
  await first.ended;
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  onTestFinished(() => void stranger.kill('SIGKILL'));
  await writeFile(join(data, 'dynoxide.json'), JSON.stringify({ pid: stranger.pid }));
  const second = start('--data', data);
  await opened(second);
  expect(await runs(stranger.pid ?? 0)).toBe(true);
  second.child.kill('SIGTERM');
  await second.ended;
});

/** A room with a function that runs longer than a user would wait. */
async function busyRoom(name: string) {
  const data = join(folder, name);
  const program = start('--data', data);
  const client = await TestClient.connect(await opened(program));
  client.send({ do: 'wait', input: 60_000 });
  await client.ask({ do: 'context' });
  return { program, client, pid: await dynoxidePid(data) };
}

test('a second Ctrl+C ends a room and its dynoxide at once', async () => {
  const { program, client, pid } = await busyRoom('forced');
  program.child.kill('SIGINT');
  await client.closed;
  // The first key may have caused several signals.
  program.child.kill('SIGINT');
  await sleep(400);
  expect(program.child.exitCode).toBeNull();
  program.child.kill('SIGINT');
  expect(await program.ended).toMatchObject({ code: 1 });
  await expect.poll(() => runs(pid)).toBe(false);
});

test.each(['SIGTERM', 'SIGHUP'] as const)('a room ends in order after %s, however often it is sent', async (signal) => {
  const { program, client, pid } = await busyRoom(`in-order-${signal}`);
  const repeated = setInterval(() => program.child.kill(signal), 50);
  expect((await client.closed).code).toBe(1012);
  expect(await program.ended).toMatchObject({ code: 0, stderr: '' });
  clearInterval(repeated);
  expect(await runs(pid)).toBe(false);
});

test('a room that is killed takes its dynoxide along', async () => {
  const data = join(folder, 'killed');
  const program = start('--data', data);
  await opened(program);
  const pid = await dynoxidePid(data);
  expect(await runs(pid)).toBe(true);
  program.child.kill('SIGKILL');
  await expect.poll(() => runs(pid)).toBe(false);
});

test('an error that the user can fix is one line, with exit code 1', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  onTestFinished(() => void busy.close());
  const address = busy.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  const held = join(folder, 'held');
  const holder = start('--data', held);
  const url = await opened(holder);
  for (const [args, message] of [
    [['--data', join(folder, 'a'), '--port', port], `127.0.0.1:${port} is in use; choose another with --port`],
    [['--data', join(file, 'below')], `${join(file, 'below')} cannot be written: `],
    [['--data', held], `${held} is in use by another room (${url}); choose another with --data`],
    [['--data', join(folder, 'b'), '--assembly', join(folder, 'none')], 'manifest.json is missing: synthesize'],
    [['--data', join(folder, 'c'), '--port', 'x'], "error: option '--port <number>' argument 'x' is invalid."],
  ] as const) {
    const { code, stderr } = await start(...args).ended;
    expect({ code, lines: stderr.trim().split('\n').length }, stderr).toEqual({ code: 1, lines: 1 });
    expect(stderr).toContain(message);
  }
  holder.child.kill('SIGTERM');
  expect(await holder.ended).toMatchObject({ code: 0 });
});

test('no page and no other user gets anything out of a door of the room', async () => {
  const data = join(folder, 'doors');
  const program = start('--data', data);
  const origin = (await opened(program)).replace('ws:', 'http:');
  const { pid } = JSON.parse(await readFile(join(data, 'dynoxide.json'), 'utf8'));
  const [, host = '', port = ''] = /--host (\S+) --port (\d+)/.exec((await commandLineOf(pid)) ?? '') ?? [];
  if (process.platform !== 'darwin') {
    expect(host).not.toBe('127.0.0.1');
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  }
  const page = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' };
  for (const path of [
    '/2015-03-31/functions/Probe/invocations',
    '/cloudwatch-logs/',
    '/bucket/key',
    '/@connections/x',
  ]) {
    for (const method of ['OPTIONS', 'POST', 'GET']) {
      const answer = await fetch(origin + path, { method, headers: page });
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  }
  // A page can ask, and cannot read the answer.
  expect((await fetch(`${origin}/health`, { headers: page })).headers.get('access-control-allow-origin')).toBeNull();
  for (const name of ['.', 'log', 'room.json', 'dynoxide.json', 'dynamodb.sqlite', 'dynamodb.sqlite-wal']) {
    const mode = await stat(join(data, name)).then(
      (found) => found.mode & 0o077,
      () => 0,
    );
    expect(mode, name).toBe(0);
  }
  program.child.kill('SIGTERM');
  await program.ended;
});

test('a room on every address names one that other machines can use', async () => {
  const program = start('--data', join(folder, 'everywhere'), '--host', '0.0.0.0');
  const url = await opened(program);
  await program.line();
  const others = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const own = others.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const elsewhere = `Join it from another machine: npm run chat -- --url ws://${own}:${new URL(url).port}`;
  expect(await program.line()).toBe(own === undefined ? 'Ctrl+C stops it.' : elsewhere);
  program.child.kill('SIGTERM');
  await program.ended;
});

test('a request with a foreign host name is refused (DNS rebinding)', async () => {
  const program = start('--data', join(folder, 'rebound'));
  const url = await opened(program);
  const status = (host: string) =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${url.replace('ws:', 'http:')}/health`, { headers: { Host: host } });
      outgoing
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:9000']) expect(await status(host), host).toBe(200);
  for (const host of ['evil.example', '127.0.0.1.evil.example', '10.0.0.1']) expect(await status(host), host).toBe(403);
  // Browsers name the origin of the page. Other programs do not, and may use any name of the machine.
  const page = { Host: 'evil.example', Origin: 'http://evil.example' };
  await expect(TestClient.connect(url, { headers: page })).rejects.toThrow('403');
  await TestClient.connect(url, { headers: { Host: 'chat.example.org' } });
  program.child.kill('SIGTERM');
  await program.ended;
});
