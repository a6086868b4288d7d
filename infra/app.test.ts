import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const sources = ['protocol', 'functions', 'client', 'local', 'infra', 'scripts', 'cdk.json', 'package.json'];

test("the CDK's own command line works in a fresh clone, and builds only what has changed", () => {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  onTestFinished(() => rmSync(clone, { recursive: true }));
  for (const source of [...sources, 'package-lock.json']) cpSync(source, join(clone, source), { recursive: true });
  symlinkSync(resolve('node_modules'), join(clone, 'node_modules'));
  const node = (...args: string[]) => {
    const env = { ...process.env, CDK_VALIDATION: 'false' };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: clone, env, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return { stdout, stderr };
  };
  const first = node('node_modules/aws-cdk/bin/cdk', 'list', '--no-notices');
  expect(first.stdout.trim()).toBe('ServerlessChatRoom');
  expect(first.stderr).toContain('Building');
  expect(node('scripts/run.mjs', '--cdk').stderr).toBe('');
});
