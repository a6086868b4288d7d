import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Script } from 'node:vm';
import { globalsOf } from './globals.ts';
import type { SimulatedProcess } from './process.ts';

/** The bundled text of each program, by the name of its file. */
export type Bundles = ReadonlyMap<string, string>;

/** A program that can be started any number of times, each time with fresh modules. */
export type Program = (process: SimulatedProcess, env: Readonly<Record<string, string>>) => unknown;

export type Programs = ReadonlyMap<string, Program>;

const names = [
  ...['process', 'Date', 'Math', 'performance', 'setTimeout', 'setImmediate', 'setInterval'],
  ...['clearTimeout', 'clearInterval', 'clearImmediate', 'crypto', 'console', 'machine'],
] as const;

type Main = (require: NodeJS.Require, module: { exports: unknown }, exports: unknown, ...globals: unknown[]) => void;

export const compiled = (bundles: Bundles): Programs =>
  new Map([...bundles].map(([name, text]) => [name, programOf(text, resolve('dist/simulator', `${name}.js`))]));

function programOf(text: string, filename: string): Program {
  const code = `(function (require, module, exports, ${names.join(', ')}) {${text}\n})`;
  const main: Main = new Script(code, { filename }).runInThisContext();
  const require = createRequire(filename);
  return (process, env) => {
    const globals = globalsOf(process, env);
    const module = { exports: {} };
    main(require, module, module.exports, ...names.map((name) => globals[name]));
    return module.exports;
  };
}
