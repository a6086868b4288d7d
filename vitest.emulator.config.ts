import { defineConfig } from 'vitest/config';
import { deviations } from './test/emulator/deviations.ts';

/** The scenes, in a room on an emulator of AWS: one file after the other, for all of them share that room. */
export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    include: ['test/scenes/**/*.test.ts'],
    exclude: deviations.filter((one) => !('test' in one)).map(({ scene }) => `test/${scene}`),
    setupFiles: ['test/emulator/skip.ts'],
    fileParallelism: false,
    hookTimeout: 120_000,
    testTimeout: 60_000,
  },
});
