import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const module = new URL('./lock.mjs', import.meta.url).href;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that takes the lock and then does something. */
const locked = (work: string) =>
  run(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { withLock } from '${module}';
     import { appendFileSync } from 'node:fs';
     import { setTimeout } from 'node:timers/promises';
     const log = (text) => appendFileSync(${JSON.stringify(join(folder, 'log'))}, text);
     await withLock(${JSON.stringify(join(folder, 'deep', 'lock'))}, async () => { ${work} }, (pid) => console.log('waits for', pid));`,
    ],
    { timeout: 60_000 },
  );
const log = () => readFile(join(folder, 'log'), 'utf8');
const dies = "log('<'); process.kill(process.pid, 'SIGKILL');";
const takesAWhile = "log('('); await setTimeout(30); log(')');";

test('processes get the lock one at a time, every one gets it, and none leaves a file behind', async () => {
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => locked(takesAWhile)));
  expect(await log()).toBe('()'.repeat(6));
  expect(outcomes.map(({ stdout }) => stdout).join('')).toMatch(/^(waits for \d+\n)+$/);
  expect(await readdir(join(folder, 'deep'))).toEqual([]);
});

test('one process takes over the lock of a process that died', async () => {
  await expect(locked(dies)).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect(await readdir(join(folder, 'deep'))).toEqual(['lock']);
  await Promise.all(Array.from({ length: 6 }, () => locked(takesAWhile)));
  expect(await log()).toBe(`<${'()'.repeat(6)}`);
  expect(await readdir(join(folder, 'deep'))).toEqual([]);
});

test('failing work releases the lock', async () => {
  await expect(locked("throw new Error('no luck')")).rejects.toMatchObject({
    stderr: expect.stringContaining('no luck'),
  });
  await locked(takesAWhile);
  expect(await log()).toBe('()');
});
