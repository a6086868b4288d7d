/**
 * node scripts/run.mjs [--built | --cdk] [--here] [<program> [arguments]]
 *
 * Runs a program of this project, in a fresh clone too. Installs missing packages first; with --built also builds what
 * has changed, with --cdk what the CDK's app needs. With --here the program runs in the folder where the user called
 * npm, which runs scripts in the folder of package.json. The program runs in the same process, so signals, exit codes
 * and the terminal are its own.
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt, prepareForCdk } from './ensure-built.mjs';
import { ensureInstalled } from './ensure-installed.mjs';
import { refusalOfKeptOptions } from './npm-options.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const prepare = { '--built': ensureBuilt, '--cdk': prepareForCdk }[words[0] ?? ''];
if (prepare) words.shift();
const here = words[0] === '--here';
const [program, ...args] = here ? words.slice(1) : words;

if (process.env['npm_lifecycle_event'] !== undefined) endWithParent();

const refusal = refusalOfKeptOptions(process.env);
if (refusal !== undefined) {
  process.stderr.write(`${refusal}\n`);
  process.exit(2);
}

try {
  await ensureInstalled(root);
  await prepare?.(root);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

if (program !== undefined) {
  const path = resolve(root, program);
  process.argv.splice(1, Number.POSITIVE_INFINITY, path, ...args);
  if (here) enterCallersFolder();
  if (path.endsWith('.ts')) (await import('tsx/esm/api')).register();
  await import(pathToFileURL(path).href);
}

/** Stays in the folder of package.json if the caller's folder is gone. */
function enterCallersFolder() {
  try {
    process.chdir(process.env['INIT_CWD'] ?? '.');
  } catch {
    process.stderr.write(`The folder ${process.env['INIT_CWD']} cannot be entered. Files are looked up in ${root}.\n`);
  }
}

/**
 * npm runs a script in a shell and sends SIGTERM to that shell only. Some shells then exit and leave the program running.
 * So the loss of the parent process counts as SIGHUP.
 */
function endWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGHUP');
  }, 200);
  watch.unref();
}
