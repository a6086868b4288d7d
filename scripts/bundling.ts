import type { BuildOptions } from 'esbuild';

// Packages written in CommonJS call `require`, which an ES module does not have.
export const requireForCommonJs =
  "import { createRequire as createRequireForCommonJs } from 'node:module';" +
  'const require = createRequireForCommonJs(import.meta.url);';

export const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  // Lambda runs Node 24, a laptop may run 20: one bundle for both.
  target: 'node20.12',
  // The AWS SDK's ES modules shake better than what its `main` points to.
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  sourcemap: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Programs that people start. */
export const programs = {
  ...common,
  // What is loaded only when it is needed stays in files of its own.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
} as const satisfies BuildOptions;
