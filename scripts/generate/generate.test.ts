import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { current, indexes } from './indexes.ts';
import { asyncApiPage } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([...indexes(root), asyncApiPage()])('the committed $path is up to date', ({ path, text }) => {
  // Equal or not: a diff of thousands of lines helps nobody.
  expect(current(root, path) === text, `${path} is stale: run npm run generate`).toBe(true);
});
