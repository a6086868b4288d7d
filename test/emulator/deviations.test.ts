import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deviations } from './deviations.ts';

test.each(deviations)('$scene $test is a scene that there is', ({ scene, test: name }) => {
  const file = new URL(`../scenes/${scene}.test.ts`, import.meta.url);
  expect(existsSync(file)).toBe(true);
  if (name !== undefined) expect(readFileSync(file, 'utf8')).toContain(name);
});
