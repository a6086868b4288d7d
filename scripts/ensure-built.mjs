import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

/** What the bundles and the template are made from. */
const inputs = [
  'protocol',
  'functions',
  'client',
  'local',
  'infra',
  'scripts/build.ts',
  'scripts/bundling.ts',
  'scripts/generate',
  'cdk.json',
  'package-lock.json',
];
const outputs = [
  'dist/functions',
  'dist/client/chat.mjs',
  'dist/client/admin.mjs',
  'dist/local/main.mjs',
  'cdk.out/manifest.json',
];
const stamp = 'dist/.built-from';

/**
 * Bundles and synthesizes if anything that goes in has changed since the last time. It goes by content, so switching
 * branches to and fro, or touching a file, costs nothing.
 *
 * @param {string} root the folder of package.json
 */
export async function ensureBuilt(root) {
  if (isBuilt(root, fingerprint(root))) return;
  await withLock(
    join(root, 'dist', '.build-lock'),
    () => {
      if (isBuilt(root, fingerprint(root))) return;
      process.stderr.write('Building ...\n');
      run(root, 'scripts/generate-indexes.ts');
      // Taken before the build: a file that is edited meanwhile makes the next start build again.
      const print = fingerprint(root);
      run(root, 'scripts/build.ts');
      // Validation takes longer than all of the rest, and has a command of its own.
      run(root, 'infra/app.ts', { CDK_VALIDATION: 'false' });
      writeFileSync(join(root, stamp), print);
    },
    (pid) => process.stderr.write(`Waiting for process ${pid}, which is building ...\n`),
  );
}

/** Vitest's global setup. */
export const setup = () => ensureBuilt(fileURLToPath(new URL('..', import.meta.url)));

/**
 * @param {string} root
 * @param {string} script
 * @param {Record<string, string>} env
 */
function run(root, script, env = {}) {
  const { status, error } = spawnSync(process.execPath, ['--import', 'tsx', script], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 2, 2],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${script} failed; what it says above is why.`);
}

/**
 * @param {string} root
 * @param {string} print
 */
function isBuilt(root, print) {
  try {
    return readFileSync(join(root, stamp), 'utf8') === print && outputs.every((output) => statSync(join(root, output)));
  } catch {
    return false;
  }
}

/** @param {string} root */
function fingerprint(root) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of filesOf(root, input))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

/**
 * The files of an input, in a fixed order; tests are not built.
 *
 * @param {string} root
 * @param {string} input
 */
function filesOf(root, input) {
  if (statSync(join(root, input)).isFile()) return [input];
  return readdirSync(join(root, input), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
