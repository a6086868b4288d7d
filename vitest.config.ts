import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{protocol,functions,infra,client,local,scripts}/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'scenes',
          include: ['{test,bench}/**/*.test.ts'],
          // They play in a room that runs what would be deployed.
          globalSetup: ['scripts/ensure-built.mjs'],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
