import { expect, test } from 'vitest';
import { underWay } from '../../functions/chat/backup/restore.ts';
import { longestInvocation } from '../../functions/chat/backup/slices.ts';
import { functions, routeTargets } from '../../infra/functions.ts';

test('a restore waits as long as a command may run that was let in before', () => {
  for (const home of new Set(Object.values(routeTargets))) {
    expect(functions[home].timeout * 1000, home).toBeLessThan(underWay);
  }
});

test('a step of the administrator is nobody else’s as long as an invocation may be at work at it', () => {
  expect(longestInvocation).toBe(functions.admin.timeout * 1000);
});
