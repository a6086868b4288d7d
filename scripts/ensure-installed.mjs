import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} LockFile
 */

/**
 * Installs the dependencies if they are not there, or not those that the lock file names. Needs none of them itself.
 *
 * @param {string} root the folder of package.json
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  await withLock(
    join(root, 'dist', '.install-lock'),
    () => {
      if (isInstalled(root)) return;
      process.stderr.write('Installing the dependencies ...\n');
      // What it prints goes to stderr, so that a program's own output stays alone on stdout.
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
      const { status, error } = spawnSync(npm, ['ci', '--loglevel=error'], {
        cwd: root,
        stdio: ['ignore', 2, 2],
        shell: process.platform === 'win32',
      });
      if (error) throw error;
      if (status !== 0) throw new Error('npm ci failed; what it says above is why.');
    },
    (pid) => process.stderr.write(`Waiting for process ${pid}, which is installing the dependencies ...\n`),
  );
}

/**
 * Whether every package of the lock file is installed, in its version. Packages of other platforms are optional, and
 * may be missing.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  // npm notes beside the packages what it has installed.
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  const wanted = readLock(join(root, 'package-lock.json'));
  if (!installed || !wanted) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed.packages[path];
    return found ? found.version === entry.version && found.integrity === entry.integrity : entry.optional === true;
  });
}

/**
 * @param {string} path
 * @returns {LockFile | undefined}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
