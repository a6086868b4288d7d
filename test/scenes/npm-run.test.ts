import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

test.each([
  ['admin', ['--', 'restore', './nowhere.gz'], 'There is no file FOLDER/nowhere.gz.'],
  ['start', ['--', '--data', 'rooms', '--assembly', 'none'], 'FOLDER/none/manifest.json is missing'],
])('npm run %s looks for files where the user stands', async (script, args, complaint) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-npm-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/.test(name)));
  const run = promisify(execFile)('npm', ['--prefix', process.cwd(), 'run', script, ...args], { cwd: folder, env });
  await expect(run).rejects.toMatchObject({
    stderr: expect.stringContaining(complaint.replace('FOLDER', folder)),
  });
});
