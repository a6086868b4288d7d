import { parseCLI, type Reporter, startVitest, type TestModule } from 'vitest/node';
import { endInOrder } from '../test/harness/ending.ts';
import { UsedRights } from '../test/harness/used-rights.ts';
import { checks, runSteps } from './checks.ts';
import { readRights, unusedRights } from './rights/rights.ts';

/**
 * Everything that must hold: the checks, then every test. Arguments are Vitest's. The last line is the sum of both,
 * alone: `N passed, N failed`, with `, N skipped` if any were.
 */
const { passed, failed } = runSteps([...checks, { name: 'build', command: ['scripts/run.mjs', '--built'] }]);
const count = { passed, failed, skipped: 0, pending: 0 };

const tally: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
    count.failed += errors.length;
    // Whoever asks for a test that there is not has mistyped its name.
    if (modules.length === 0) count.failed += 1;
    for (const module of modules) {
      const states = Array.from(module.children.allTests(), (test) => test.result().state);
      for (const state of states) count[state] += 1;
      // A file that cannot be loaded, or a hook that fails, fails no test by name.
      if (!module.ok() && !states.includes('failed')) count.failed += 1;
    }
  },
};

endInOrder();
const usedRights = new UsedRights();
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const vitest = await startVitest('test', filter, { ...options, reporters: ['default', tally] });
await vitest.close();

const used = usedRights.end();
// Some of the scenes do not make use of every right.
if (filter.length === 0) {
  const unused = unusedRights(await readRights('cdk.out'), used);
  for (const right of unused)
    console.log(`✗ ${right.function} may ${right.action} on ${right.resource}, which no scene does`);
  count[unused.length > 0 ? 'failed' : 'passed'] += 1;
}

// A test that never ended has not passed.
count.failed += count.pending;
if (count.failed > 0) process.exitCode = 1;
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
