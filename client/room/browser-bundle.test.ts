import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** The library alone, minified and compressed, in bytes. */
const mostBytes = 15_000;

test('the library for browsers holds nothing of Node.js, and is small', async () => {
  // esbuild fails if a module of Node.js is imported.
  const { outputFiles, metafile } = await build({
    entryPoints: ['client/room/browser.ts'],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const packages = Object.keys(metafile.inputs).flatMap((path) => /node_modules\/([^/]+)\//.exec(path)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['valibot']);
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  expect(brotliCompressSync(contents).length).toBeLessThan(mostBytes);
  expect(new TextDecoder().decode(contents)).not.toMatch(/\bprocess\b|\bBuffer\b|\brequire\(/);
});
