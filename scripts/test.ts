import { parseCLI, type Reporter, startVitest, type TestModule } from 'vitest/node';
import { endInOrder } from '../test/harness/ending.ts';
import { UsedPermissions } from '../test/harness/used-permissions.ts';
import { runChecks } from './checks.ts';
import { readPermissions, unusedPermissions } from './permissions/permissions.ts';

/**
 * npm test: runs the static checks, and all tests but the short proofs. Arguments are Vitest's; files are run, whichever
 * they are. The last line is the sum of both: `N passed, N failed`, and `, N skipped` if there are any.
 */
const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };

const tally: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]) {
    count.failed += errors.length;
    // No test file matches the arguments.
    if (modules.length === 0) count.failed += 1;
    for (const module of modules) {
      const states = Array.from(module.children.allTests(), (test) => test.result().state);
      for (const state of states) count[state] += 1;
      // A file that cannot be loaded or a failing hook does not fail a named test, so count it here.
      if (!module.ok() && !states.includes('failed')) count.failed += 1;
    }
  },
};

endInOrder();
const checking = runChecks();
const usedPermissions = new UsedPermissions();
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
if (filter.length === 0) options.project ??= ['!short proofs'];
const vitest = await startVitest('test', filter, { ...options, reporters: ['default', tally] });
await vitest.close();
const checked = await checking;
count.passed += checked.passed;
count.failed += checked.failed;

const used = usedPermissions.end();
// A filtered run does not use every permission.
if (filter.length === 0) {
  const unused = unusedPermissions(await readPermissions('cdk.out'), used);
  for (const permission of unused)
    console.log(
      `✗ no scene uses the permission of ${permission.function}: ${permission.action} on ${permission.resource}`,
    );
  count[unused.length > 0 ? 'failed' : 'passed'] += 1;
}

// A test without a result has not passed.
count.failed += count.pending;
if (count.failed > 0) process.exitCode = 1;
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
