import { writeFileSync } from 'node:fs';
import { readRights } from './rights/rights.ts';
import { renderRights } from './rights/table.ts';

/** Writes the page of the functions' rights. */
const { all } = await readRights('cdk.out');
writeFileSync(new URL('../docs/rights.md', import.meta.url), renderRights(all));
