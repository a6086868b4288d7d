import { fileURLToPath } from 'node:url';
import { indexes, write } from './generate/indexes.ts';

/** Writes the generated indexes, which the build needs. */
const root = fileURLToPath(new URL('..', import.meta.url));
for (const index of indexes(root)) write(root, index);
