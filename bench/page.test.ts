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
      const [, , requestsThere = 0, kilobytesThere = 0] = row.split('|').map(Number);
      // The browser may look for a new service worker, or may have looked a moment ago.
      expect(Math.abs(requests - requestsThere), `requests of the ${what}`).toBeLessThanOrEqual(2);
      const tolerance = Math.max(1.5, kilobytesThere / 4);
      expect(Math.abs(bytes / 1024 - kilobytesThere), `KB of the ${what}`).toBeLessThanOrEqual(tolerance);
    }
    expect(report).toContain(pageNotes);
  },
);
