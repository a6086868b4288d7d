import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * npm run test:node24: the functions' tests, and scenes in a whole local room, on the Node.js that Lambda runs. It comes from the package
 * registry, into a folder of its own: as a dependency it would take the place of everybody's Node.
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
// Bundled by the Node at hand; what runs the bundles, and the room around them, is the other one.
run(resolve(node), ['node_modules/vitest/vitest.mjs', 'run', ...tests]);

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
