import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { expect, test } from 'vitest';

const lockFile = v.object({
  packages: v.record(
    v.string(),
    v.object({
      integrity: v.optional(v.string()),
      resolved: v.optional(v.string()),
      /** A bundled package is part of another package's archive, whose hash covers it. */
      inBundle: v.optional(v.boolean(), false),
      optional: v.optional(v.boolean(), false),
    }),
  ),
});

/** Database binaries for other platforms. CI's registry does not have them, so their hashes are unknown there. */
const unknown = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'win32-x64'].map(
  (one) => `node_modules/@dynoxide/${one}`,
);

const file = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
const packages = Object.entries(v.parse(lockFile, JSON.parse(file)).packages).filter(([path]) => path !== '');

test('npm checks the archive of every package against a hash', () => {
  const without = packages.filter(([, { integrity, inBundle }]) => !inBundle && !integrity?.startsWith('sha512-'));
  expect(without.map(([path]) => path).filter((path) => !unknown.includes(path))).toEqual([]);
  expect(without.every(([, { optional }]) => optional)).toBe(true);
});

test('a bundled package is inside a package that has a hash', () => {
  const hashed = packages.filter(([, { integrity }]) => integrity !== undefined).map(([path]) => path);
  const outside = packages.filter(
    ([path, { inBundle }]) => inBundle && !hashed.some((outer) => path.startsWith(`${outer}/node_modules/`)),
  );
  expect(outside).toEqual([]);
});

test('no package has its own registry address', () => {
  expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});
