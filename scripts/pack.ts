import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { forBrowsers, programs } from './bundling.ts';

/**
 * Packs the two programs and the connection library, bundled with their dependencies. Prints the tarball's path.
 * docs/decisions/0034 says why a plain `npm pack` does not do.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const folder = process.argv[2] ? resolve(process.env['INIT_CWD'] ?? '.', process.argv[2]) : resolve('dist/package');
const { name, version, license, engines } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, unknown>;

rmSync(folder, { recursive: true, force: true });
// One bundle per program, as in build.ts. The libraries share chunks, because both export the same error classes.
const bundles = [
  { chat: 'client/chat.ts' },
  { admin: 'client/admin.ts' },
  { room: 'client/room/index.ts', files: 'client/files/index.ts' },
];
await Promise.all([
  ...bundles.map((entryPoints) => build({ ...programs, entryPoints, outdir: folder, minify: true, sourcemap: false })),
  build({
    ...forBrowsers,
    entryPoints: { room: 'client/room/browser.ts', files: 'client/files/browser.ts' },
    outdir: `${folder}/browser`,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
  }),
]);
for (const program of ['chat', 'admin']) chmodSync(`${folder}/${program}.mjs`, 0o755);
declareTypes();
cpSync('client/README.md', `${folder}/README.md`);
mkdirSync(`${folder}/room`);
cpSync('client/room/README.md', `${folder}/room/README.md`);
cpSync('LICENSE', `${folder}/LICENSE`);
writeFileSync(
  `${folder}/package.json`,
  JSON.stringify(
    {
      name,
      version,
      description:
        'The terminal client and the administrator of a chat room with no server, and the connection for bots and pages.',
      license,
      engines,
      type: 'module',
      bin: { chat: 'chat.mjs', 'chat-admin': 'admin.mjs' },
      exports: {
        '.': { types: './types/client/room/index.d.ts', default: './room.mjs' },
        './files': { types: './types/client/files/index.d.ts', default: './files.mjs' },
        './browser': { types: './types/client/room/browser.d.ts', default: './browser/room.js' },
        './browser/files': { types: './types/client/files/browser.d.ts', default: './browser/files.js' },
      },
    },
    undefined,
    2,
  ),
);
console.log(join(dirname(folder), pack()));

/** The library's types, with those of Valibot, which they use. */
function declareTypes(): void {
  const types = join(folder, 'types');
  run('node_modules/typescript/bin/tsc', '-p', 'scripts/pack.tsconfig.json', '--outDir', types);
  copyFileSync('node_modules/valibot/dist/index.d.mts', join(types, 'valibot.d.mts'));
  for (const file of readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.d.ts'))) {
    const path = join(types, file);
    const up = relative(dirname(path), types) || '.';
    const text = readFileSync(path, 'utf8')
      .replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js')
      .replaceAll(/((?:from |import\()['"])valibot(?=['"])/g, `$1${up}/valibot.mjs`);
    writeFileSync(path, text);
  }
}

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error(`${args[0]} failed; see its output above.`);
}

/** @returns the tarball's name. */
function pack(): string {
  const windows = process.platform === 'win32';
  const { status, stdout } = spawnSync(
    windows ? 'npm.cmd' : 'npm',
    ['pack', folder, '--json', '--pack-destination', dirname(folder)],
    {
      stdio: ['ignore', 'pipe', 2],
      encoding: 'utf8',
      shell: windows,
    },
  );
  if (status !== 0) throw new Error('npm pack failed; see its output above.');
  const [packed] = JSON.parse(stdout) as { filename: string; size: number }[];
  if (!packed) throw new Error('npm pack packed nothing.');
  return packed.filename;
}
