import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} LockFile
 */

/**
 * Installs the dependencies if they are missing or differ from the lock file. Uses none of them itself.
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
      // npm's output goes to stderr, so that stdout contains only the program's output.
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
      // All kinds, whatever NODE_ENV and npm's settings leave out: the programs are built here.
      const kinds = ['--include=dev', '--include=optional'];
      const { status, error } = spawnSync(npm, ['ci', '--loglevel=error', ...kinds], {
        cwd: root,
        stdio: ['ignore', 2, 2],
        shell: process.platform === 'win32',
      });
      if (error) throw error;
      if (status !== 0) throw new Error('npm ci failed; see its output above.');
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
  // npm writes the list of installed packages into node_modules.
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
