import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

const run = promisify(execFile);

/** An empty folder in which the tarball is installed, without network access. */
let home: string;
let room: SceneRoom;
const started: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'chat-package-'));
  const { stdout } = await run(process.execPath, [
    'scripts/run.mjs',
    'scripts/pack.ts',
    join(home, 'packed', 'package'),
  ]);
  await mkdir(join(home, 'work'));
  await writeFile(join(home, 'work', 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', resolve(stdout.trim())], at('work'));
  room = await openRoom();
  await room.register('echo', 'facebook', 'Columbia');
});

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await room?.close();
  await rm(home, { recursive: true, force: true });
});

const at = (folder: string) => ({ cwd: join(home, folder) });
const bin = (name: string) => join(home, 'work', 'node_modules', '.bin', name);
const environment = () => ({ PATH: process.env['PATH'], HOME: home, CHAT_PASSWORD: password, CHAT_URL: room.url });

test('the package installs no dependencies', async () => {
  expect((await readdir(join(home, 'work', 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
    'serverless-chat-room',
  ]);
  const { stdout } = await run('npm', ['ls', '--all', '--parseable'], at('work'));
  expect(stdout.trim().split('\n')).toHaveLength(2);
});

test('both programs run', async () => {
  const chat = await run(bin('chat'), ['--url', room.url, '--user', 'facebook', 'whoelse', '--json'], {
    env: environment(),
  });
  expect(JSON.parse(chat.stdout)).toEqual({ users: [], total: 0 });
  const { port } = new URL(room.url);
  const admin = await run(bin('chat-admin'), ['--port', port, '--json', 'MaxCon'], { env: environment() });
  expect(JSON.parse(admin.stdout)).toBeTruthy();
});

test('a program sends a file, and recognizes a refusal by its class', async () => {
  await room.register('sender', 'reader');
  const code = `
    import { connect, RefusalError } from 'serverless-chat-room';
    import { sendFile } from 'serverless-chat-room/files';
    const room = await connect({ url: process.env.CHAT_URL });
    await room.login('sender', process.env.CHAT_PASSWORD);
    const sent = await sendFile(room, { to: 'reader', path: 'package.json' });
    const refused = await sendFile(room, { to: 'nobody', path: 'package.json' }).catch((error) => error);
    console.log(JSON.stringify([sent.name, refused instanceof RefusalError, refused.code]));
    await room.leave();`;
  await writeFile(join(home, 'work', 'send.js'), code);
  const { stdout } = await run(process.execPath, ['send.js'], { ...at('work'), env: environment() });
  expect(JSON.parse(stdout)).toEqual(['package.json', true, 'no-such-user']);
  const reader = await room.enter('reader');
  await expect.poll(async () => (await reader.get('fileget', {})).files).toMatchObject([{ from: 'sender' }]);
});

test('the bot in the README answers private messages', async () => {
  const readme = await readFile(
    join(home, 'work', 'node_modules', 'serverless-chat-room', 'room', 'README.md'),
    'utf8',
  );
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(15);
  await writeFile(join(home, 'work', 'bot.js'), code);
  const bot = spawn(process.execPath, ['bot.js'], {
    ...at('work'),
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(bot);
  const [line] = (await once(createInterface({ input: bot.stdout }), 'line')) as [string];
  expect(line).toBe('Here I am.');
  const facebook = await room.enter('facebook');
  await facebook.get('message', { to: 'echo', text: 'hello' });
  expect(await facebook.event('message')).toMatchObject({ from: 'echo', text: 'You said: hello' });
  // A refusal of the answer does not end the bot.
  await facebook.get('block', { user: 'echo' });
  await facebook.get('message', { to: 'echo', text: 'are you there?' });
  const Columbia = await room.enter('Columbia');
  await Columbia.get('message', { to: 'echo', text: 'still there?' });
  expect(await Columbia.event('message')).toMatchObject({ from: 'echo', text: 'You said: still there?' });
  await Columbia.get('logout', {});
  bot.kill('SIGTERM');
  const [status] = (await once(bot, 'exit')) as [number | null];
  expect(status).toBe(0);
  await facebook.get('logout', {});
});

test('the types of the package are complete and strict', async () => {
  await writeFile(
    join(home, 'work', 'typed.ts'),
    `import { connect, scaled, defaultTiming, type ShownMessage } from 'serverless-chat-room';
import { connect as connectOnPage } from 'serverless-chat-room/browser';
import { sendFile } from 'serverless-chat-room/browser/files';
export const texts: string[] = [];
const room = await connect({
  url: 'ws://127.0.0.1:9000',
  timing: scaled(defaultTiming, 10),
  message: (message: ShownMessage) => void (message.event === 'broadcast' && texts.push(message.text)),
});
const { seq } = await room.request('broadcast', { text: 'hello' });
export const number: number = seq;
const page = await connectOnPage({ url: 'wss://127.0.0.1:9000', session: ({ tokens }) => void texts.push(...tokens) });
await sendFile(page, { to: 'Columbia', file: new Blob(['hello']), name: 'hello.txt' });
// @ts-expect-error a message has a recipient
await room.request('message', { text: 'hello' });
`,
  );
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const flags = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023,dom',
    '--types',
    '',
    'typed.ts',
  ];
  await run(process.execPath, [tsc, ...flags], at('work')).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });
});
