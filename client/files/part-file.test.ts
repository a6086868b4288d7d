import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { giveName } from './part-file.ts';

let folder: string;
const path = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'part-'));
  writeFileSync(path('part'), 'whole');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The error of a FAT file system, which this machine does not have. */
const noLinks = async () => {
  throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' });
};

describe.each([
  ['with links', undefined, true],
  ['without links', noLinks, false],
])('a file system %s', (_, link, keeps) => {
  test('a free name is used', async () => {
    expect(await giveName(path('part'), path('name'), link)).toBe(true);
    expect(readFileSync(path('name'), 'utf8')).toBe('whole');
    expect(existsSync(path('part'))).toBe(keeps);
  });

  test('a taken name is not used', async () => {
    writeFileSync(path('name'), 'mine');
    expect(await giveName(path('part'), path('name'), link)).toBe(false);
    expect(readFileSync(path('name'), 'utf8')).toBe('mine');
    expect(readFileSync(path('part'), 'utf8')).toBe('whole');
  });

  test('a missing folder is an error', async () => {
    await expect(giveName(path('part'), path('nowhere/name'), link)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
