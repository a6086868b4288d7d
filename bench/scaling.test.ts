import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reportOn, withReport } from './part.ts';
import { scalingReport } from './scaling.ts';

test('docs/scaling.md follows from docs/cost.md; if not: npm run bench -- scaling --write', () => {
  const report = scalingReport(readFileSync('docs/cost.md', 'utf8'));
  expect(reportOn(readFileSync('docs/scaling.md', 'utf8'), 'scaling')).toBe(report);
});

test('a report replaces the one on the page and nothing else', () => {
  const page = 'before\n\n<!-- bench x -->\n\nold\n\n<!-- /bench x -->\n\nafter';
  const changed = withReport(page, 'x', 'new $& report');
  expect(reportOn(changed, 'x')).toBe('new $& report');
  expect(changed).toBe(page.replace('old', () => 'new $& report'));
  expect(() => withReport(page, 'y', '')).toThrow('bench y');
});
