import { expect, test } from 'vitest';
import { drainTime } from '../../functions/chat/backup/restore.ts';
import { invocationTimeout } from '../../functions/chat/backup/run-job.ts';
import { functions, routes } from '../../infra/functions.ts';

test('a restore waits longer than any command that began before it can run', () => {
  const targets = new Set(Array.from(routes.values(), ({ target }) => target));
  for (const target of targets) {
    if (target !== 'mock') expect(functions[target].timeout * 1000, target).toBeLessThan(drainTime);
  }
});

test('a job step is locked for as long as an invocation can run', () => {
  expect(invocationTimeout).toBe(functions.admin.timeout * 1000);
});
