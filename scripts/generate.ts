import { fileURLToPath } from 'node:url';
import { indexes, write } from './generate/indexes.ts';

/** Writes every generated file. The build before it has written the indexes already, which the other pages are made from. */
const root = fileURLToPath(new URL('..', import.meta.url));
const { pages } = await import('./generate/pages.ts');
for (const file of [...indexes(root), ...(await pages(root))]) write(root, file);
