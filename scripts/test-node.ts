import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * npm run test:node -- 22: starts the room, talks, sends files, backs up and restores on another Node.js version. With
 * a program and its arguments (`-- 24 test/simulator/main.ts --seeds 100`), it runs that program instead. It installs
 * that Node.js from the package registry into a separate folder. As a dependency it would replace the developer's own
 * Node. 24 is Lambda's version.
 */
const versions: Readonly<Record<string, string>> = { 22: '22.23.5', 24: '24.9.0' };
const tests = [
  'functions',
  'local/lambda',
  'local/room.test.ts',
  'test/scenes/talk.test.ts',
  'test/scenes/files.test.ts',
  'test/scenes/file-transfer.test.ts',
  'test/scenes/backup.test.ts',
  'test/scenes/restore.test.ts',
];

const [wanted = '24', ...program] = process.argv.slice(2);
const version = versions[wanted];
if (version === undefined) {
  console.error(`Give one of ${Object.keys(versions).join(', ')}.`);
  process.exit(2);
}
const name = `node-${process.platform}-${process.arch}`;
const folder = join('dist', 'tools', `${name}-${version}`);
const node = join(folder, 'node_modules', name, 'bin', 'node');

if (!existsSync(node)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  await run('npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--loglevel=error',
    '--prefix',
    folder,
    `${name}@${version}`,
  ]);
}
// This Node bundles; the other one runs the bundles and the local room.
const what = program.length > 0 ? ['--import', 'tsx', ...program] : ['node_modules/vitest/vitest.mjs', 'run', ...tests];
await run(resolve(node), what);

/** Runs a program to its end. A signal ends it, too. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  if (status !== 0) process.exit(status ?? 1);
}
