import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';

/** The bundle of a function. */
export interface Bundle {
  readonly name: string;
  readonly bytes: number;
  readonly gzipped: number;
  /** Milliseconds to load the module in a fresh process on this machine; the median. */
  readonly loadMs: number;
  /** Packages (or folders of this project) by size in bytes, largest first. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

const folder = 'dist/functions';
const loads = 5;

const metafile = v.object({
  outputs: v.record(v.string(), v.object({ inputs: v.record(v.string(), v.object({ bytesInOutput: v.number() })) })),
});

/** Measures the bundle of each function, one after the other. */
export async function readBundles(): Promise<Bundle[]> {
  const { outputs } = v.parse(metafile, JSON.parse(await readFile('dist/functions.meta.json', 'utf8')));
  const bundles: Bundle[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const file = `${folder}/${name}/index.mjs`;
    const content = await readFile(file);
    const inputs = Object.entries(outputs[file]?.inputs ?? {});
    bundles.push({
      name,
      bytes: content.length,
      gzipped: gzipSync(content).length,
      loadMs: await medianLoad(file),
      parts: partsOf(inputs.map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))),
    });
  }
  return bundles;
}

function partsOf(inputs: readonly { path: string; bytes: number }[]): { name: string; bytes: number }[] {
  const bytesOf = new Map<string, number>();
  for (const { path, bytes } of inputs) bytesOf.set(ownerOf(path), (bytesOf.get(ownerOf(path)) ?? 0) + bytes);
  return [...bytesOf].map(([name, bytes]) => ({ name, bytes })).sort((one, other) => other.bytes - one.bytes);
}

/** The innermost package that contains a file, or this project's folder. */
function ownerOf(path: string): string {
  const [name, inScope] = path.split('node_modules/').at(-1)?.split('/') ?? [];
  return name?.startsWith('@') ? `${name}/${inScope}` : `${name}${path.includes('node_modules/') ? '' : '/'}`;
}

const loader = `
const before = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - before));
process.exit();
`;

async function medianLoad(file: string): Promise<number> {
  const times: number[] = [];
  for (let load = 0; load < loads; load++) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--enable-source-maps', '--input-type=module', '--eval', loader, `${process.cwd()}/${file}`],
      { env: { AWS_REGION: 'us-east-1' } },
    );
    times.push(Number(stdout));
  }
  return median(times);
}

/** The median. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
