import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalRoom } from '../../local/room.ts';
import { Scene } from './scene.ts';

/** Plays the original program's sample session in a fresh room; exits with 0 only if every line came as expected. */
const folder = await mkdtemp(join(tmpdir(), 'chat-room-demo-'));
const room = await startLocalRoom({ assembly: 'cdk.out', dataDir: join(folder, 'room') });
// The database would outlive this program.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    room.kill();
    process.exit(1);
  });
}
try {
  await new Scene(room, folder).play();
  console.log('\nEvery line came as expected.');
} catch (error) {
  console.error('\nThis did not come as expected:', error);
  process.exitCode = 1;
} finally {
  await room.close();
  await rm(folder, { recursive: true, force: true });
}
