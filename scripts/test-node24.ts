import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * npm run test:node24: runs the functions' tests and some scenes on Lambda's Node.js version. It installs that Node.js
 * from the package registry into a separate folder. As a dependency it would replace the developer's own Node.
 */
const version = '24.9.0';
const name = `node-${process.platform}-${process.arch}`;
const folder = join('dist', 'tools', `${name}-${version}`);
const node = join(folder, 'node_modules', name, 'bin', 'node');
const tests = ['functions', 'test/scenes/talk', 'test/scenes/login', 'test/scenes/files', 'local/lambda'];

if (!existsSync(node)) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', [
    'install',
    '--no-save',
    '--ignore-scripts',
    '--loglevel=error',
    '--prefix',
    folder,
    `${name}@${version}`,
  ]);
}
// This Node bundles; Node 24 runs the bundles and the local room.
run(resolve(node), ['node_modules/vitest/vitest.mjs', 'run', ...tests]);

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
