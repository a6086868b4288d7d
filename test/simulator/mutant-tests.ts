import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import * as v from 'valibot';
import type { Mutant } from './mutants.ts';

const report = v.object({
  numTotalTests: v.number(),
  testResults: v.array(v.object({ assertionResults: v.array(v.object({ status: v.string(), fullName: v.string() })) })),
});

/** What is not copied: it is large, or made from the rest. */
const left = new Set(['.git', 'node_modules', 'dist', 'cdk.out']);

/** A copy of the project, in which the tests run with a planted bug. */
export class PlantedCopy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'mutant-'));

  constructor() {
    cpSync('.', this.#folder, { recursive: true, filter: (source) => !left.has(basename(source)) });
    symlinkSync(resolve('node_modules'), join(this.#folder, 'node_modules'));
  }

  /** The first test that fails with a bug, in the file that should find it. Undefined if all pass. */
  firstFailure({ file, from, to, test }: Mutant): string | undefined {
    const path = join(this.#folder, file);
    const right = readFileSync(path, 'utf8');
    if (!right.includes(from)) throw new Error(`${file} does not contain: ${from}`);
    writeFileSync(
      path,
      right.replace(from, () => to),
    );
    try {
      return this.#run(test);
    } finally {
      writeFileSync(path, right);
    }
  }

  #run(test: string): string | undefined {
    const outputFile = join(this.#folder, 'report.json');
    rmSync(outputFile, { force: true });
    const options = ['--bail=1', '--reporter=json', `--outputFile=${outputFile}`];
    spawnSync('npx', ['vitest', 'run', ...options, test], { cwd: this.#folder, stdio: 'ignore' });
    const { numTotalTests, testResults } = v.parse(report, JSON.parse(readFileSync(outputFile, 'utf8')));
    if (numTotalTests === 0) throw new Error(`no tests ran: ${test}`);
    const failed = testResults.flatMap((one) => one.assertionResults).find(({ status }) => status === 'failed');
    return failed?.fullName;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
