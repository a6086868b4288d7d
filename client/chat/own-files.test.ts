import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { completeOwnFile } from './own-files.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-files-'));
  mkdirSync(join(folder, 'my folder'));
  for (const path of ['my folder/deep.txt', 'my notes.txt', '.hidden']) writeFileSync(join(folder, path), '');
  vi.stubEnv('HOME', folder);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test.each([
  ['~/my', ['~/my folder/', '~/my notes.txt']],
  ['~/my\\ f', ['~/my folder/']],
  ['"~/my n', ['~/my notes.txt']],
  ['~/my folder/', ['~/my folder/deep.txt']],
  ['~/.hid', ['~/.hidden']],
  ['~/nowhere/', []],
])('%s is completed to %j', async (typed, candidates) => {
  const completion = await completeOwnFile(typed);
  expect([...completion.candidates].sort()).toEqual(candidates);
  expect(completion.of).toBe(typed);
});
