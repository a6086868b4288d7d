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

/** Files that take long or wait for a clock. `npm test` leaves them out; `npm run prove -- short` runs them, and so does `.ci/run`. */
const shortProofs = [
  'test/{attack,connection,files,kills,package,races,smoke,soak}/**/*.test.ts',
  'test/{backup/backup,browser/big-file,harness/ending}.test.ts',
  'test/web/{long-log,losses}.test.ts',
  'test/scenes/{addresses,backup-steps,doctor-busy,file-crashes,hostile-names,races,survival}.test.ts',
  'infra/app.test.ts',
];

export default defineConfig({
  test: {
    // The SDK warns about the Node.js version of this machine. The functions run on Lambda's.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    setupFiles: ['test/harness/end-in-order.ts'],
    // Two files more than there are cores, because most files wait now and then.
    maxWorkers: availableParallelism() + 2,
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
          exclude: [...programs, ...shortProofs],
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
          exclude: shortProofs,
          // Scenes run the bundles and the template that would be deployed.
          globalSetup: ['scripts/ensure-built.mjs'],
        },
      },
      {
        extends: true,
        test: { name: 'short proofs', include: shortProofs, globalSetup: ['scripts/ensure-built.mjs'] },
      },
    ],
  },
});
