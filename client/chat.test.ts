import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ScriptedRoom } from './testing/scripted-room.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

let scripted: ScriptedRoom;

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});

afterEach(() => scripted.close());

/** Runs the program with pipes instead of a terminal. */
function run(...args: string[]) {
  return runWith({ FORCE_COLOR: undefined }, ...args);
}

function runWith(env: NodeJS.ProcessEnv, ...args: string[]) {
  const child = spawn(process.execPath, ['dist/client/chat.mjs', ...args], {
    cwd: project,
    env: { ...process.env, ...env },
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += String(chunk);
  });
  const exited = new Promise<{ code: number | null; printed: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, printed }));
  });
  return { child, input: child.stdin, output: child.stdout, errors: text(child.stderr), exited };
}

test('piped input is read as commands, and the output is plain text', async () => {
  const { input, errors, exited } = run('--url', scripted.url);
  input.end('facebook\r\nwastingtime\r\nwhoelse');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  (await peer.next('whoelse')).reply({ users: ['Col\u001bumbia'], total: 1 });
  (await peer.next('logout')).reply({});
  const { code, printed } = await exited;
  expect(code).toBe(0);
  expect(printed).toContain('The other users online are:\nCol\\eumbia\nYou are leaving');
  expect(printed).toMatch(/^[\n\x20-\x7e]*$/);
  expect(await errors).toBe('');
});

test('FORCE_COLOR gives colours in a file', async () => {
  const { input, exited } = runWith({ FORCE_COLOR: '2', NO_COLOR: undefined }, '--url', scripted.url);
  input.end('facebook\nwastingtime\nnonsense');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  (await peer.next('logout')).reply({});
  expect((await exited).printed).toContain('\u001b[38;5;196m\u001b[1mError!\u001b[22m\u001b[39m There is no command');
});

test('input that ends after a refusal and before a login gives exit code 1', async () => {
  const { input, exited } = run('--url', scripted.url);
  input.end('facebook\nwrong\n');
  (await (await scripted.peer()).next('login')).refuse('wrong-password', { triesLeft: 2 });
  const { code, printed } = await exited;
  expect(code).toBe(1);
  expect(printed).toContain('You are leaving the chat room');
});

test('after a refused login, piped commands are not read as names and passwords', async () => {
  const { input, exited } = runWith({ CHAT_PASSWORD: 'wrong' }, '--url', scripted.url, '--user', 'facebook');
  input.end('message Columbia hi\nwhoelse\n');
  const peer = await scripted.peer();
  (await peer.next('login')).refuse('wrong-password', { triesLeft: 2 });
  await peer.closed;
  expect((await exited).code).toBe(1);
  await expect(Promise.race([peer.nextOfAny(), 'nothing more'])).resolves.toBe('nothing more');
});

test('the program logs out when its output is closed', async () => {
  const { input, output, errors, exited } = run('--url', scripted.url);
  input.write('facebook\nwastingtime\n');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  output.destroy();
  input.write('help\nhelp\nhelp\n');
  (await peer.next('logout')).reply({});
  // Commands were left.
  expect((await exited).code).toBe(4);
  expect(await errors).toMatch(/^The conversation ended after line \d of the input\./);
});

test('a signal logs out, even while the input stays open', async () => {
  const { child, input, exited } = run('--url', scripted.url);
  input.write('facebook\nwastingtime\n');
  const peer = await scripted.peer();
  await scripted.letIn(peer);
  child.kill('SIGTERM');
  (await peer.next('logout')).reply({});
  expect((await exited).code).toBe(0);
});

test('a room that cannot be reached is an error', async () => {
  scripted.refuseWith = 503;
  const { input, exited } = run('--url', scripted.url);
  input.end();
  const { code, printed } = await exited;
  expect(code).toBe(3);
  expect(printed.split('\n').slice(1)).toEqual(['The room is stopped.', '']);
});

test.each([[['--url', 'http://example.com']], [['--url']], [['--password', 'secret']], [['facebook']], [['--json']]])(
  '%j is misuse',
  async (args) => {
    const { errors, exited } = run(...args);
    expect((await exited).code).toBe(2);
    expect(await errors).toMatch(/^error: /);
  },
);

test('--help lists the exit codes', async () => {
  const { code, printed } = await run('--help').exited;
  expect(code).toBe(0);
  expect(printed).toMatch(/Exit codes: 0 .* 1 .* 2 .*\n3 .* 4 /);
});
