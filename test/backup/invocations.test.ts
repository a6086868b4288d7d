import { expect, test } from 'vitest';
import { underWay } from '../../functions/chat/backup/restore.ts';
import { longestInvocation } from '../../functions/chat/backup/slices.ts';
import { functions, routes } from '../../infra/functions.ts';

test('a restore waits longer than a command that was let in before it may run', () => {
  const targets = new Set(Array.from(routes.values(), ({ target }) => target));
  for (const target of targets) {
    if (target !== 'mock') expect(functions[target].timeout * 1000, target).toBeLessThan(underWay);
  }
});

test('a step of the administrator is nobody else’s as long as an invocation may be at work at it', () => {
  expect(longestInvocation).toBe(functions.admin.timeout * 1000);
});
