import { fileURLToPath } from 'node:url';
import { indexes, write } from './generate/indexes.ts';

/** Writes the indexes of folders, which the build needs first. */
const root = fileURLToPath(new URL('..', import.meta.url));
for (const index of indexes(root)) write(root, index);
