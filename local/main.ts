import { fileURLToPath } from 'node:url';
import { localConsole, restart } from '../client/admin/local-console.ts';
import { variables } from '../functions/aws/names.ts';
import { runLocalRoom } from './cli.ts';
import type { LocalRoom } from './room.ts';

// Hide the SDK's advice on Node.js versions, which does not concern a user who starts a room.
process.removeAllListeners('warning').on('warning', (warning) => {
  if (!warning.message.startsWith('NodeVersionSupportWarning')) process.stderr.write(`${warning.stack}\n`);
});

/** The room for the console, if the stack has an admin function. */
function administered({ bucketFolder: bucket, outputs, invoke, lambdaLogs }: LocalRoom) {
  const { AdminFunction: name } = outputs;
  if (name === undefined) return undefined;
  return {
    bucket,
    invoke: (payload: Record<string, unknown>) => invoke(name, payload),
    onLogLine: (listener: (text: string) => void) => void lambdaLogs.subscribe(({ text }) => listener(text)),
  };
}

const { stdin: input, stdout: output } = process;
process.exit(
  await runLocalRoom(process.argv.slice(2), {
    // This file runs as dist/local/main.mjs.
    root: fileURLToPath(new URL('../..', import.meta.url)),
    // A line can be read from the local log as soon as it is written, and no command takes seconds on one machine.
    environment: { [variables.logLateness]: '0', [variables.roomKind]: 'local', [variables.drainTime]: '3000' },
    async prepare(room) {
      const administrable = administered(room);
      return administrable && restart(administrable);
    },
    ...(input.isTTY &&
      output.isTTY && {
        localConsole(room: LocalRoom) {
          const administrable = administered(room);
          if (!administrable) throw new Error('the stack has no output AdminFunction, so it has no console');
          return localConsole(administrable, { input, output });
        },
      }),
  }),
);
