import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { current, indexes } from './indexes.ts';
import { asyncApiPage, securityPage, settingsPage } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([...indexes(root), asyncApiPage(), settingsPage(), securityPage(root)])(
  'the committed $path is up to date',
  ({ path, text }) => {
    // Not toBe(text), which would print a diff of thousands of lines.
    expect(current(root, path) === text, `${path} is stale: run npm run generate`).toBe(true);
  },
);
