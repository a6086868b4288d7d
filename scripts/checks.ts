import { execFile } from 'node:child_process';
// A new command is unknown to the compiler until the indexes name it.
import './generate-indexes.ts';

/** Static checks of the sources, by name, with their arguments for Node. */
const checks = {
  'format and lint': ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
  types: ['node_modules/typescript/bin/tsc', '-p', '.'],
  'types of workers': ['node_modules/typescript/bin/tsc', '-p', 'local'],
  'types of scripts': ['node_modules/typescript/bin/tsc', '-p', 'scripts'],
  'types of the web page': ['node_modules/typescript/bin/tsc', '-p', 'client/web'],
  'types of its service worker': ['node_modules/typescript/bin/tsc', '-p', 'client/web/worker'],
};

/** Runs all checks, one after the other, and prints each one's output once it has ended. Returns how many passed and failed. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  const count = { passed: 0, failed: 0 };
  for (const [name, command] of Object.entries(checks)) {
    const { ok, output } = await run(command);
    console.log(`${output}${ok ? '✓' : '✗'} ${name}`);
    count[ok ? 'passed' : 'failed'] += 1;
  }
  return count;
}

const run = (command: readonly string[]) =>
  new Promise<{ ok: boolean; output: string }>((resolve) => {
    execFile(process.execPath, command, { maxBuffer: Number.POSITIVE_INFINITY }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: stdout + stderr }),
    );
  });
