import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLineOf } from '../../local/dynamodb/process.ts';
import { endInOrder, endWithUs, removeFolder, temporaryFolder } from './ending.ts';

test.concurrent.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a program with a room in it leaves neither its database nor its folder behind at %s',
  { timeout: 120_000 },
  async (signal, { expect, onTestFinished }) => {
    const temporary = temporaryFolder('chat-ending-');
    onTestFinished(() => removeFolder(temporary));
    const program = endWithUs(
      spawn(process.execPath, ['scripts/run.mjs', 'test/prove.ts', 'soak', '--people', '1'], {
        stdio: 'ignore',
        env: { ...process.env, TMPDIR: temporary },
      }),
    );
    const folders = () => readdirSync(temporary).filter((name) => name.startsWith('chat-'));
    const database = () => pidIn(join(temporary, folders()[0] ?? '', 'dynoxide.json'));
    // Three programs start at the same time.
    await expect.poll(database, { timeout: 60_000 }).toBeGreaterThan(1);
    const pid = database() ?? 0;
    expect(await commandLineOf(pid)).toContain(temporary);
    const ended = once(program, 'exit');
    program.kill(signal);
    expect(await ended).toEqual([null, signal]);
    // The process ends by itself, after a short time.
    await expect.poll(async () => (await commandLineOf(pid))?.includes(temporary) ?? false).toBe(false);
    expect(folders()).toEqual([]);
  },
);

test('a process gets the signal handlers once, however many test files it runs', () => {
  const before = process.listenerCount('SIGINT');
  endInOrder();
  endInOrder();
  expect(process.listenerCount('SIGINT')).toBe(before);
});

/** The process id in a file; undefined if the file does not exist yet. */
function pidIn(file: string): number | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid;
  } catch {
    return undefined;
  }
}
