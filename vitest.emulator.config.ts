import { defineConfig } from 'vitest/config';
import { deviationsOf } from './test/emulator/deviations.ts';
import { deployedAt } from './test/harness/deployed-room.ts';
import { patience } from './test/harness/patience.ts';

const listed = deployedAt === undefined ? [] : deviationsOf(deployedAt.emulator);

/** The scenes, in a room on an emulator of AWS: one file after the other, for all of them share that room. */
export default defineConfig({
  test: {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    include: ['test/scenes/**/*.test.ts'],
    exclude: listed.filter((one) => one.test === undefined).map(({ scene }) => `test/scenes/${scene}.test.ts`),
    setupFiles: ['test/emulator/skip.ts'],
    fileParallelism: false,
    ...patience,
  },
});
