import { runLocalRoom } from './cli.ts';

// The SDK's advice on Node versions is for its own users, not for whoever starts a room.
process.removeAllListeners('warning').on('warning', (warning) => {
  if (!warning.message.startsWith('NodeVersionSupportWarning')) process.stderr.write(`${warning.stack}\n`);
});
process.exit(await runLocalRoom(process.argv.slice(2)));
