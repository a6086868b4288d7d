import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { patience } from './test/harness/patience.ts';
import { SlowestFirst } from './test/harness/slowest-first.ts';

/** Tests that start the client or the room as users do: the bundled programs. */
const programs = [
  'client/chat.test.ts',
  'client/chat/{new-user,transfers}.test.ts',
  'client/{script,terminal}/**/*.test.ts',
  'local/room.test.ts',
];

export default defineConfig({
  test: {
    // The SDK warns about the Node.js version of this machine. The functions run on Lambda's.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/harness/end-in-order.ts'],
    // One file per core: with more, scenes that play against the clock come too late on a busy machine.
    maxWorkers: availableParallelism(),
    // Files share processes, and with them the modules that are loaded.
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    ...patience,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{protocol,functions,infra,client,local,scripts}/**/*.test.ts'],
          exclude: programs,
        },
      },
      {
        extends: true,
        test: {
          name: 'library for pages',
          include: ['client/room/{feed,handover,losses,requests,room-connection,starting-over}.test.ts'],
          env: { CHAT_LIBRARY: 'for pages' },
        },
      },
      {
        extends: true,
        test: {
          name: 'scenes',
          include: ['{test,bench}/**/*.test.ts', ...programs],
          // Scenes run the bundles and the template that would be deployed.
          globalSetup: ['scripts/ensure-built.mjs'],
        },
      },
    ],
  },
});
