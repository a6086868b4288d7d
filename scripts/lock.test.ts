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
     import { appendFileSync, existsSync } from 'node:fs';
     import { setTimeout } from 'node:timers/promises';
     const log = (text) => appendFileSync(${JSON.stringify(join(folder, 'log'))}, text);
     const waits = ${JSON.stringify(join(folder, 'waits'))};
     const waiting = (pid) => appendFileSync(waits, \`waits for \${pid}\\n\`);
     await withLock(${JSON.stringify(join(folder, 'deep', 'lock'))}, async () => { ${work} }, waiting);`,
    ],
    { timeout: 60_000 },
  );
const log = () => readFile(join(folder, 'log'), 'utf8');
const dies = "log('<'); process.kill(process.pid, 'SIGKILL');";
const takesAWhile = "log('('); await setTimeout(30); log(')');";
const lastsUntilAnotherWaits = "log('('); while (!existsSync(waits)) await setTimeout(10); log(')');";

test('processes get the lock one at a time, every one gets it, and none leaves a file behind', async () => {
  await Promise.all(Array.from({ length: 6 }, () => locked(lastsUntilAnotherWaits)));
  expect(await log()).toBe('()'.repeat(6));
  expect(await readFile(join(folder, 'waits'), 'utf8')).toMatch(/^(waits for \d+\n)+$/);
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
