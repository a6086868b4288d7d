import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** This process's environment, without what the npm that runs the tests has exported. */
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

const npm = (...args: string[]) => spawnSync('npm', args, { encoding: 'utf8', env: clean, timeout: 60_000 });

/** What scripts/run.mjs says when npm has exported these variables. */
const said = (script: string | undefined, variables: Record<string, string>) =>
  spawnSync(process.execPath, ['scripts/run.mjs'], {
    encoding: 'utf8',
    env: { ...clean, ...(script !== undefined && { npm_lifecycle_event: script }), ...variables },
  }).stderr;

test.each([
  [['run', 'admin', 'stop', '--port', '9512'], 'npm run admin'],
  [['start', '--port', '0'], 'npm start'],
])('npm %j runs nothing, and says how to write it', (args, command) => {
  const { status, stderr } = npm(...args);
  expect(stderr).toContain(
    `npm kept --port for itself, so nothing was done. Write "--" before the options: ${command} -- ...`,
  );
  expect(status).toBe(2);
});

test.each([
  ['npm 10 gives an option the next word as its value', 'admin', { npm_config_port: '9512' }, '--port'],
  ['npm 11 leaves the word where it was', 'admin', { npm_config_port: 'true' }, '--port'],
  ['npm has an option of the name', 'admin', { npm_config_dry_run: 'true' }, '--dry-run'],
  ['there are several', 'admin', { npm_config_since: '1h', npm_config_follow: 'true' }, '--follow, --since'],
  ['npm completes the option', 'admin', { npm_config_replace_registry_host: 'b.ndjson.gz' }, '--replace'],
  ['npm completes the option without a value', 'admin', { npm_config_replace_registry_host: 'true' }, '--replace'],
  ['it would choose the account to deploy to', 'deploy', { npm_config_profile: 'true' }, '--profile'],
  ['npm knows the short form by another name', 'deploy', { npm_config_call: 'ephemeral=true' }, '--call'],
])('an option is missed when %s', (_, script, variables, options) => {
  expect(said(script, variables)).toContain(`npm kept ${options} for itself`);
});

test("npm's own settings do not stop a script, and without npm no variable does", () => {
  const own = { npm_config_yes: 'true', npm_config_user: 'root', npm_config_replace_registry_host: 'never' };
  expect(said('admin', own)).toBe('');
  expect(said(undefined, { npm_config_port: '9512' })).toBe('');
});

test('every option of the programs is known', () => {
  const files = ['client', 'local', 'scripts', 'test/smoke', 'bench'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const declared = /(?:[oO]ption|flag|valued|wholeNumber)\(\s*'(?:-\w, )?--([a-z-]+)/g;
  const found = ['test/prove.ts', ...files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))]
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(declared)])
    .map(([, name]) => name ?? '');
  expect(found.length).toBeGreaterThan(20);
  const answer = said(
    'smoke',
    Object.fromEntries(found.map((name) => [`npm_config_${name.replaceAll('-', '_')}`, 'true'])),
  );
  for (const name of found) expect(answer).toMatch(new RegExp(`--${name}[, ]`));
});
