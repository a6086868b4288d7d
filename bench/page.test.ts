import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hasBrowser } from '../test/harness/browser.ts';
import { countLoads, pageNotes } from './page.ts';
import { reportOn } from './part.ts';

test.runIf(hasBrowser)(
  'a load of the page takes about what docs/cost.md says; if not: npm run bench -- page --write',
  async () => {
    const report = reportOn(readFileSync('docs/cost.md', 'utf8'), 'page');
    for (const { what, requests, bytes } of await countLoads()) {
      const row = report.split('\n').find((line) => line.startsWith(`| ${what} |`)) ?? '';
      const [, , requestsOfPage, kilobytes] = row.split('|').map(Number);
      expect(Math.abs(requests - (requestsOfPage ?? 0)), `requests of the ${what}`).toBeLessThanOrEqual(2);
      expect(bytes / 1024 / (kilobytes ?? 0), `KB of the ${what}`).toBeGreaterThan(0.75);
      expect(bytes / 1024 / (kilobytes ?? 0), `KB of the ${what}`).toBeLessThan(1.33);
    }
    expect(report).toContain(pageNotes);
  },
);
