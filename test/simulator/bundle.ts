import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import type { Bundles } from './program.ts';

/** A change of the code that is bundled, for tests of the simulator itself. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const standIns = fileURLToPath(new URL('stand-ins', import.meta.url));

/** Modules that are replaced: everything that reaches the network, the clock or a source of randomness. */
const replaced: Readonly<Record<string, string>> = {
  '@aws-sdk/client-dynamodb': 'client-dynamodb.ts',
  '@aws-sdk/lib-dynamodb': 'lib-dynamodb.ts',
  '@aws-sdk/util-dynamodb': 'util-dynamodb.ts',
  '@aws-sdk/client-apigatewaymanagementapi': 'connections-api.ts',
  '@aws-sdk/client-s3': 'client-s3.ts',
  '@aws-sdk/s3-request-presigner': 'client-s3.ts',
  '@aws-sdk/client-cloudwatch-logs': 'not-simulated.ts',
  '@smithy/node-http-handler': 'http-handler.ts',
  'node:timers/promises': 'timers-promises.ts',
  'node:crypto': 'crypto.ts',
  'node:zlib': 'zlib.ts',
  ws: 'ws.ts',
};

/** Files of the room that are replaced. */
const replacedFiles: Readonly<Record<string, string>> = {
  'functions/aws/signed-http.ts': 'signed-http.ts',
  'functions/aws/log.ts': 'log.ts',
  'functions/aws/metrics.ts': 'metrics.ts',
  'functions/chat/common-passwords.ts': 'common-passwords.ts',
};

const replacement = (mutation: Mutation | undefined): Plugin => ({
  name: 'simulated',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[@nw]/ }, ({ path, importer }) => {
      const standIn = replaced[path];
      if (standIn === undefined || importer.startsWith(standIns)) return undefined;
      return { path: join(standIns, standIn) };
    });
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const file = relative(root, path).replaceAll('\\', '/');
      const standIn = replacedFiles[file];
      if (standIn !== undefined) {
        return { contents: readFileSync(join(standIns, standIn), 'utf8'), loader: 'ts', resolveDir: standIns };
      }
      if (file !== mutation?.file) return undefined;
      const contents = readFileSync(path, 'utf8');
      if (!contents.includes(mutation.from)) throw new Error(`${file} does not contain: ${mutation.from}`);
      return { contents: contents.replace(mutation.from, () => mutation.to), loader: 'ts' };
    });
  },
});

const options = {
  absWorkingDir: root,
  outdir: 'dist/simulator',
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  target: 'node20.12',
  mainFields: ['module', 'main'],
  logLevel: 'error',
} as const satisfies BuildOptions;

/** What runs on the users' and the administrator's machines. */
const programs = ['test/simulator/client-entry.ts', 'test/simulator/console-entry.ts'];

/** Bundles the functions and the programs, as the deployment does, with stand-ins for AWS. */
export async function bundlesOfRoom(mutation?: Mutation): Promise<Bundles> {
  const lambdas = readdirSync(join(root, 'functions')).filter((file) => file.endsWith('.lambda.ts'));
  const entryPoints = [...lambdas.map((file) => `functions/${file}`), ...programs];
  const { outputFiles } = await build({ ...options, entryPoints, plugins: [replacement(mutation)] });
  return new Map(outputFiles.map(({ path, text }) => [basename(path, '.js'), text]));
}

/** Bundles the simulator itself, as a worker thread runs it: plain code is faster than what tsx makes of it. */
export async function bundleOfWorker(): Promise<string> {
  const { outputFiles } = await build({ ...options, entryPoints: ['test/simulator/worker.ts'] });
  return outputFiles.map(({ text }) => text).join('');
}
