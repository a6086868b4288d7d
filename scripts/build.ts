import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { commonPasswords } from '../functions/chat/common-passwords.ts';
import { buildPage } from './build-page.ts';
import { common, programs, requireForCommonJs } from './bundling.ts';
import { packPage } from './pack-page.ts';
import './generate-indexes.ts';

/** Bundles the functions and the web page, for the deployment, and the client and the local room, which start faster as bundles. */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const suffix = '.lambda.ts';
const lambdas = readdirSync('functions').filter((file) => file.endsWith(suffix));

/** Leaves out of the bundle the less common part of the list of passwords. */
const shortPasswordList: Plugin = {
  name: 'short-password-list',
  setup({ onLoad }) {
    onLoad({ filter: /language-common[\\/]src[\\/]passwords\.json$/ }, ({ path }) => {
      const passwords: string[] = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify(passwords.slice(0, commonPasswords)), loader: 'json' };
    });
  },
};

// Until the build has finished, the output does not match the stamp of ensure-built.mjs.
for (const stamp of ['bundled', 'built']) rmSync(`dist/.${stamp}-from`, { force: true });
for (const folder of ['functions', 'client']) rmSync(`dist/${folder}`, { recursive: true, force: true });
const [functions] = await Promise.all([
  build({
    ...common,
    entryPoints: Object.fromEntries(lambdas.map((file) => [`${basename(file, suffix)}/index`, `functions/${file}`])),
    outdir: 'dist/functions',
    banner: { js: requireForCommonJs },
    minify: true,
    // Line numbers are enough: the sources are in the repository, and each byte is loaded at every cold start.
    sourcesContent: false,
    metafile: true,
    alias: { '@aws-sdk/credential-provider-node': './functions/aws/credentials.ts' },
    plugins: [shortPasswordList],
  }),
  // One bundle each: shared code would be in further files, and each file takes time to load.
  ...['chat', 'admin'].map((program) =>
    build({ ...programs, entryPoints: [`client/${program}.ts`], outdir: 'dist/client' }),
  ),
  build({
    ...common,
    // Lambda environments are worker threads, which load this file separately.
    entryPoints: { main: 'local/main.ts', worker: 'local/lambda/worker.mjs' },
    outdir: 'dist/local',
    packages: 'external',
  }),
  buildPage(),
]);
packPage('dist/web', 'dist/functions/page/files.json');
// The metafile, for the bench. It lies next to the bundles' folders, because whole folders are deployed.
writeFileSync('dist/functions.meta.json', JSON.stringify(functions.metafile));
for (const program of ['chat', 'admin']) chmodSync(`dist/client/${program}.mjs`, 0o755);
