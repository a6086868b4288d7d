import { fileURLToPath } from 'node:url';
import { indexes, write } from './generate/indexes.ts';

/** Writes all generated pages. The build has written the indexes, from which the pages are generated. */
const root = fileURLToPath(new URL('..', import.meta.url));
const { pages } = await import('./generate/pages.ts');
for (const file of [...indexes(root), ...(await pages(root))]) write(root, file);
