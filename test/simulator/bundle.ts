import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { globalsOf } from './globals.ts';
import type { SimulatedProcess } from './process.ts';

/** A change of the code that is bundled, for tests of the simulator itself. */
export interface Mutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A program that can be started any number of times, each time with fresh modules. */
export type Program = (process: SimulatedProcess, env: Readonly<Record<string, string>>) => unknown;

const root = fileURLToPath(new URL('../..', import.meta.url));
const standIns = fileURLToPath(new URL('stand-ins', import.meta.url));

/** Modules that are replaced: everything that reaches the network, the clock or a source of randomness. */
const replaced: Readonly<Record<string, string>> = {
  '@aws-sdk/client-dynamodb': 'client-dynamodb.ts',
  '@aws-sdk/lib-dynamodb': 'lib-dynamodb.ts',
  '@aws-sdk/util-dynamodb': 'util-dynamodb.ts',
  '@aws-sdk/client-apigatewaymanagementapi': 'connections-api.ts',
  '@aws-sdk/client-s3': 'not-simulated.ts',
  '@aws-sdk/s3-request-presigner': 'not-simulated.ts',
  '@aws-sdk/client-cloudwatch-logs': 'not-simulated.ts',
  '@smithy/node-http-handler': 'http-handler.ts',
  'node:timers/promises': 'timers-promises.ts',
  'node:crypto': 'crypto.ts',
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

/** Bundles programs, as the deployment does, with stand-ins for AWS. Returns them by the names of their files. */
export async function bundle(files: readonly string[], mutation?: Mutation): Promise<ReadonlyMap<string, Program>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [...files],
    outdir: 'dist/simulator',
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20.12',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    plugins: [replacement(mutation)],
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path, '.js'), compiled(text, path)]));
}

const names = [
  ...['process', 'Date', 'Math', 'performance', 'setTimeout', 'setImmediate', 'setInterval'],
  ...['clearTimeout', 'clearInterval', 'clearImmediate', 'crypto', 'console', 'machine'],
] as const;

type Main = (require: NodeJS.Require, module: { exports: unknown }, exports: unknown, ...globals: unknown[]) => void;

function compiled(text: string, path: string): Program {
  const filename = resolve(path);
  const code = `(function (require, module, exports, ${names.join(', ')}) {${text}\n})`;
  const main: Main = new Script(code, { filename }).runInThisContext();
  const require = createRequire(existsSync(filename) ? filename : import.meta.url);
  return (process, env) => {
    const globals = globalsOf(process, env);
    const module = { exports: {} };
    main(require, module, module.exports, ...names.map((name) => globals[name]));
    return module.exports;
  };
}
