import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { deviations } from './deviations.ts';

const scenes = new URL('../scenes/', import.meta.url);
const textOf = (scene: string) => readFileSync(new URL(`${scene}.test.ts`, scenes), 'utf8');

test.each(deviations)('the scene $scene $test exists', ({ scene, test: name }) => {
  expect(existsSync(new URL(`${scene}.test.ts`, scenes))).toBe(true);
  if (name !== undefined) expect(textOf(scene)).toContain(name);
});

test.each(readdirSync(scenes).map((file) => basename(file, '.test.ts')))(
  'the tests of %s that need a local room are listed',
  (scene) => {
    const listed = deviations.filter((one) => one.scene === scene);
    if (listed.some((one) => one.test === undefined)) return;
    let name = '';
    const unlisted = new Set<string>();
    for (const line of textOf(scene).split('\n')) {
      name = /\btest[(.].*?(['"])(.+)\1/.exec(line)?.[2] ?? name;
      const local = /\.local\b|\badmin\(room\.url/.test(line);
      if (local && !listed.some((one) => name.startsWith(one.test ?? ''))) unlisted.add(name);
    }
    expect([...unlisted]).toEqual([]);
  },
);
