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
  // The AWS SDK's ES modules can be tree-shaken better than its `main`.
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.mjs' },
  sourcemap: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** The programs that users start. */
export const programs = {
  ...common,
  // Dynamically imported code stays in separate files.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: { js: `#!/usr/bin/env node\n${requireForCommonJs}` },
} as const satisfies BuildOptions;

/** The web page, and the libraries for pages. */
export const forBrowsers = {
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;
