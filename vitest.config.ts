import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // The SDK's advice on Node versions is for its own users; functions run on Lambda's.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/harness/end-in-order.ts'],
    // A busy machine takes its time to start a room, or to synthesize a stack.
    hookTimeout: 120_000,
    // So does it to do what a test waits for.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{protocol,functions,infra,client,local,scripts}/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'scenes',
          include: ['{test,bench}/**/*.test.ts'],
          // They play in a room that runs what would be deployed.
          globalSetup: ['scripts/ensure-built.mjs'],
          testTimeout: 60_000,
        },
      },
    ],
  },
});
