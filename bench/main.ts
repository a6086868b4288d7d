import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { endInOrder } from '../test/harness/ending.ts';
import { arrivals } from './arrivals.ts';
import { contention } from './contention.ts';
import { cost } from './cost.ts';
import { fanout } from './fanout.ts';
import { overhead } from './overhead.ts';
import { page } from './page.ts';
import { type Part, withReport } from './part.ts';
import { returning } from './returning.ts';
import { scaling } from './scaling.ts';

/** Runs the named parts of the bench and prints their reports. `--write` also writes them into their pages. */
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const parts: Readonly<Record<string, Part>> = {
  cost,
  scaling,
  fanout,
  contention,
  arrivals,
  returning,
  overhead,
  page,
};

endInOrder();
const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : ['cost'];
const unknown = names.find((name) => !(name in parts));
if (unknown === undefined) for (const name of names) await run(name, parts[name]);
else console.error(`There is no part ${unknown}.`);
if (unknown !== undefined || positionals.length === 0) list();
process.exit(unknown === undefined ? 0 : 2);

async function run(name: string, part: Part | undefined): Promise<void> {
  if (part === undefined) return;
  const report = await part.run();
  console.log(report);
  if (values.write) await writeFile(part.page, withReport(await readFile(part.page, 'utf8'), name, report));
}

function list(): void {
  console.log('\nParts of the bench: npm run bench -- NAME... [--write]');
  for (const [name, { summary, page }] of Object.entries(parts)) console.log(`  ${name}: ${summary} (${page})`);
}
