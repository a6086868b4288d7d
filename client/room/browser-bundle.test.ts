import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { forBrowsers } from '../../scripts/bundling.ts';

test.each([
  ['client/room/browser.ts', 15_000, ['valibot']],
  ['client/files/browser.ts', 15_000, ['@noble', 'is-network-error', 'p-retry', 'valibot']],
])('%s holds nothing of Node.js, and is at most %d bytes compressed', async (entry, most, packages) => {
  // esbuild fails if a module of Node.js is imported.
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    ...forBrowsers,
    write: false,
    metafile: true,
  });
  const found = Object.keys(metafile.inputs).flatMap((path) => /node_modules\/([^/]+)\//.exec(path)?.[1] ?? []);
  expect([...new Set(found)].toSorted()).toEqual(packages);
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  const { length } = brotliCompressSync(contents);
  process.stdout.write(`${entry}: ${contents.length} bytes, ${length} compressed\n`);
  expect(length).toBeLessThan(most);
  expect(new TextDecoder().decode(contents)).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(/);
});
