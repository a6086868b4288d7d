import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const module = new URL('./ensure-installed.mjs', import.meta.url).href;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clone-'));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true }));

const isInstalled = () =>
  execFileSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { isInstalled } from '${module}'; console.log(isInstalled(${JSON.stringify(root)}));`,
    ],
    { encoding: 'utf8' },
  ).trim();

const ws = { version: '8.23.0', integrity: 'sha512-ws' };
const tsx = { version: '4.23.15', integrity: 'sha512-tsx' };
const darwin = { version: '1.2.1', optional: true, os: ['darwin'] };
const lockFile = (packages: Record<string, unknown>) => JSON.stringify({ lockfileVersion: 3, packages });

test.each([
  ['all packages are installed', { ws, tsx, darwin }, 'true'],
  ['only a package of another platform is missing', { ws, tsx }, 'true'],
  ['an additional package is installed', { ws, tsx, left: ws }, 'true'],
  ['a package is missing', { ws, darwin }, 'false'],
  ['a package has another version', { ws: { ...ws, version: '8.22.0' }, tsx }, 'false'],
  ['a package has other contents', { ws: { ...ws, integrity: 'sha512-other' }, tsx }, 'false'],
])('when %s', (_, installed, fresh) => {
  writeFileSync(join(root, 'package-lock.json'), lockFile({ '': { name: 'room' }, ws, tsx, darwin }));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), lockFile(installed));
  expect(isInstalled()).toBe(fresh);
});

test('a fresh clone has nothing installed', () => {
  writeFileSync(join(root, 'package-lock.json'), lockFile({ ws }));
  expect(isInstalled()).toBe('false');
});

test('an interrupted installation does not count', () => {
  writeFileSync(join(root, 'package-lock.json'), lockFile({ ws }));
  writeFileSync(join(root, 'node_modules/.package-lock.json'), lockFile({ ws }).slice(0, 20));
  expect(isInstalled()).toBe('false');
});

test('an installation leaves nothing out, whatever the environment says', () => {
  writeFileSync(join(root, 'package-lock.json'), lockFile({ ws }));
  const npm = join(root, 'npm');
  // Instead of npm: notes its arguments, and installs.
  const installs = `writeFileSync('node_modules/.package-lock.json', readFileSync('package-lock.json'))`;
  writeFileSync(
    npm,
    `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
writeFileSync('arguments', process.argv.slice(2).join(' ')); ${installs};`,
    { mode: 0o755 },
  );
  execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', `import { ensureInstalled } from '${module}'; await ensureInstalled('${root}');`],
    { env: { ...process.env, NODE_ENV: 'production', PATH: `${root}:${process.env['PATH']}` }, stdio: 'pipe' },
  );
  expect(readFileSync(join(root, 'arguments'), 'utf8')).toBe('ci --loglevel=error --include=dev --include=optional');
  expect(isInstalled()).toBe('true');
});
