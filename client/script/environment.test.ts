import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { outcomeOf } from '../testing/script-runner.ts';

const programs = fileURLToPath(new URL('../../dist/client/', import.meta.url));
/** Nothing listens at the port. */
const nowhere = ['--url', 'ws://127.0.0.1:1', '--user', 'x'];
const nothingAnswers = 'Nothing answers at ws://127.0.0.1:1. Is the room running there?\n';

/** Runs a program in an environment of its own. Resolves to its exit code and to what it wrote. */
async function run(program: string, args: readonly string[], env: Record<string, string>, uid?: number) {
  const child = spawn(process.execPath, [join(programs, `${program}.mjs`), ...args], {
    env,
    cwd: tmpdir(),
    ...(uid !== undefined && { uid, gid: uid }),
  });
  child.stdin.end();
  return outcomeOf(child);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chat-environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const oneLine = /^[^\n]+\n$/;

describe.skipIf(process.getuid?.() !== 0)('a user without a name and a home', () => {
  const uid = 54_321;

  test.each(['chat', 'admin'])('can use %s --help', async (program) => {
    const { code, out, err } = await run(program, ['--help'], {}, uid);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage:/);
  });

  test('can use a room, but keep no profile, and look up no stack', async () => {
    const env = { CHAT_PASSWORD: 'x' };
    const outcomes = await Promise.all([
      run('chat', [...nowhere, 'whoelse'], env, uid),
      run('chat', ['profile', 'set', 'one', '--url', 'ws://127.0.0.1:1'], env, uid),
      run('chat', ['--stack', 'NoSuchStack', 'whoelse', '--user', 'x'], env, uid),
    ]);
    expect(outcomes).toEqual([
      { code: 3, out: '', err: nothingAnswers },
      { code: 2, out: '', err: 'error: Profiles cannot be kept: you have no home folder. Set HOME.\n' },
      { code: 3, out: '', err: expect.stringMatching(oneLine) },
    ]);
  });
});

describe('a strange value works, or is one line:', () => {
  test.each<[string, Record<string, string>]>([
    ['HOME is empty', { HOME: '' }],
    ['HOME is no folder', { HOME: '/dev/null' }],
    ['an unknown locale', { LANG: 'C', LC_ALL: 'nonsense' }],
    ['an unknown time zone', { TZ: 'nonsense' }],
    ['a size of the terminal', { COLUMNS: '-1', LINES: 'x' }],
    ['colours', { NO_COLOR: '1', FORCE_COLOR: 'nonsense' }],
    ['proxies', { HTTPS_PROXY: 'nonsense', NO_PROXY: ',,', ALL_PROXY: 'socks5://x' }],
    ['a temporary folder', { TMPDIR: '/no/such/folder' }],
  ])('%s', async (_what, env) => {
    expect(await run('chat', [...nowhere, 'whoelse'], { CHAT_PASSWORD: 'x', ...env })).toEqual({
      code: 3,
      out: '',
      err: nothingAnswers,
    });
  });

  test('a proxy whose password is not URL-encoded', async () => {
    const env = { CHAT_PASSWORD: 'x', HTTPS_PROXY: 'http://user:50%@127.0.0.1:1' };
    const { code, err } = await run('chat', ['--url', 'wss://room.invalid', '--user', 'x', 'whoelse'], env);
    expect([code, err]).toEqual([3, expect.stringMatching(oneLine)]);
    expect(err).toContain('proxy');
  });

  test('a profiles file that is a folder, or cannot be written', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'chat-room', 'profiles.json'), { recursive: true });
    const env = { XDG_CONFIG_HOME: home, CHAT_PASSWORD: 'x' };
    const taken = { XDG_CONFIG_HOME: join(home, 'file') };
    writeFileSync(taken.XDG_CONFIG_HOME, '');
    const outcomes = await Promise.all([
      run('chat', ['whoelse', '--user', 'x'], env),
      run('chat', ['profile', 'set', 'one', '--url', 'ws://127.0.0.1:1'], taken),
    ]);
    for (const { code, err } of outcomes) expect([code, err]).toEqual([2, expect.stringMatching(oneLine)]);
  });
});

describe.skipIf(process.platform === 'win32')('bytes that are not in UTF-8', () => {
  /** A shell passes on any bytes. */
  async function inShell(script: string) {
    const child = spawn('sh', ['-c', script, process.execPath, join(programs, 'chat.mjs')]);
    child.stdin.end();
    return outcomeOf(child);
  }

  test.each([
    ['in an argument', `CHAT_PASSWORD=x "$0" "$1" --user x send Bob "$(printf 'Gr\\374\\337e')"`],
    ['in CHAT_PASSWORD', `CHAT_PASSWORD="$(printf '\\377')" "$0" "$1" --user x send Bob hello`],
    ['on the descriptor of the password', `printf '\\377\\n' | "$0" "$1" --user x --password-fd 0 send Bob hello`],
  ])('%s are refused, and nothing else is sent', async (_where, script) => {
    const { code, err } = await inShell(script);
    expect([code, err]).toEqual([2, expect.stringMatching(/^error: [^\n]*not in UTF-8[^\n]*\n$/)]);
  });
});
