import { join } from 'node:path';
import { variables } from '../../functions/aws/names.ts';
import { startLocalRoom } from '../../local/room.ts';
import { endInOrder, removeFolder, temporaryFolder } from '../harness/ending.ts';
import { Scene } from './scene.ts';

/** Plays the original program's sample session in a fresh room. Exits with 0 if every line is as expected. */
endInOrder();
const folder = temporaryFolder('chat-room-demo-');
const room = await startLocalRoom({
  assembly: 'cdk.out',
  dataDir: join(folder, 'room'),
  // A line can be read from the local log as soon as it is written.
  environment: { [variables.logLateness]: '0', [variables.roomKind]: 'local' },
});
try {
  await new Scene(room, folder).play();
  console.log('\nEvery line came as expected.');
} catch (error) {
  console.error('\nAn expected line did not appear:', error);
  process.exitCode = 1;
} finally {
  await room.close();
  await removeFolder(folder);
}
