import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';

/**
 * A step of the build. Its stamp is the fingerprint of the inputs from which its outputs were made.
 *
 * @typedef {{ inputs: string[], outputs: string[], stamp: string, lock: string, make: (root: string) => void }} Step
 */

/** @type {Step} */
const bundles = {
  inputs: [
    'protocol',
    'functions',
    'client',
    'local',
    'scripts/build.ts',
    'scripts/build-page.ts',
    'scripts/pack-page.ts',
    'scripts/bundling.ts',
    'scripts/generate',
    'package-lock.json',
  ],
  outputs: [
    'dist/functions',
    'dist/client/chat.mjs',
    'dist/client/admin.mjs',
    'dist/local/main.mjs',
    'dist/web/index.html',
  ],
  stamp: 'dist/.bundled-from',
  lock: 'dist/.bundle-lock',
  make: (root) => run(root, 'scripts/build.ts'),
};

/** @type {Step} */
const assembly = {
  inputs: [...bundles.inputs, 'infra', 'cdk.json'],
  outputs: ['cdk.out/manifest.json'],
  stamp: 'dist/.built-from',
  lock: 'dist/.build-lock',
  // Validation takes longer than everything else. `npm run synth` does it.
  make: (root) => run(root, 'infra/app.ts', { CDK_VALIDATION: 'false' }),
};

/**
 * Bundles again if a source file has changed since the last build. It compares contents, so switching branches back and
 * forth, or touching a file, does not cause a build.
 *
 * @param {string} root the folder of package.json
 */
export const ensureBundled = (root) => ensure(root, bundles, () => run(root, 'scripts/generate-indexes.ts'));

/**
 * Bundles and synthesizes again if a source file has changed since the last build.
 *
 * @param {string} root the folder of package.json
 */
export const ensureBuilt = (root) => ensure(root, assembly, () => ensureBundled(root));

/**
 * For the CDK's command line, which writes the assembly with its own context. So the assembly counts as changed.
 *
 * @param {string} root the folder of package.json
 */
export async function prepareForCdk(root) {
  await ensureBundled(root);
  rmSync(join(root, assembly.stamp), { force: true });
}

/** Vitest's global setup. */
export const setup = () => ensureBuilt(fileURLToPath(new URL('..', import.meta.url)));

/**
 * @param {string} root
 * @param {Step} step
 * @param {() => void | Promise<void>} before an earlier step, which may change the inputs
 */
async function ensure(root, step, before) {
  if (isMade(root, step, fingerprint(root, step))) return;
  await withLock(
    join(root, step.lock),
    async () => {
      if (isMade(root, step, fingerprint(root, step))) return;
      process.stderr.write(step === bundles ? 'Building ...\n' : 'Synthesizing ...\n');
      await before();
      // Take the fingerprint before the build, so that an edit during the build causes another one.
      const print = fingerprint(root, step);
      step.make(root);
      writeFileSync(join(root, step.stamp), print);
    },
    (pid) => process.stderr.write(`Waiting for process ${pid}, which is building ...\n`),
  );
}

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
  if (status !== 0) throw new Error(`${script} failed; see its output above.`);
}

/**
 * @param {string} root
 * @param {Step} step
 * @param {string} print
 */
function isMade(root, { stamp, outputs }, print) {
  try {
    return readFileSync(join(root, stamp), 'utf8') === print && outputs.every((output) => statSync(join(root, output)));
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {Step} step
 */
function fingerprint(root, { inputs }) {
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
