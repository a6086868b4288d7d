import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatProcess } from '../harness/chat-process.ts';
import { administer } from '../harness/console.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let folder: string;
beforeAll(async () => {
  room = await openRoom();
  folder = await mkdtemp(join(tmpdir(), 'chat-restore-'));
  await room.register('windows');
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true, force: true });
});

const succeed = async (...args: string[]) => {
  const { code, complaints } = await administer(room, ...args);
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
};

/** Logs in a user, sends these broadcasts, and logs out. */
async function say(...texts: string[]): Promise<void> {
  const facebook = await room.enter('facebook');
  for (const text of texts) {
    await facebook.get('broadcast', { text });
    await facebook.get('message', { to: 'windows', text: `${text}, to you` });
  }
  await facebook.get('logout', {});
}

test('a client that reconnects to a restored room misses no new message and shows none twice', async () => {
  const older = join(folder, 'older.gz');
  const waits = await ChatProcess.enter(room.url, 'windows', { args: ['--reconnect'] });
  await say('one');
  await waits.sees(/broadcast\): one$/, /private\): one, to you$/);
  await succeed('backup', older);
  await say('two', 'three', 'four');
  await waits.sees(/private\): four, to you$/);
  await succeed('stop');
  await succeed('restore', older, '--replace');
  await succeed('start');
  await waits.sees('The connection is restored.');
  // The new messages use the numbers of messages from before the restore, and further ones.
  await say('zwei', 'drei', 'vier', 'fünf');
  await waits.sees(
    ...['zwei', 'drei', 'vier', 'fünf'].flatMap((text) => [
      new RegExp(`broadcast\\): ${text}$`),
      new RegExp(`private\\): ${text}, to you$`),
    ]),
  );
  waits.leave();
  expect(await waits.exited).toBe(0);
  const seen = waits.lines.flatMap((line) => /\(broadcast\): (\S+)$/.exec(line)?.[1] ?? []);
  expect(seen).toEqual(['one', 'two', 'three', 'four', 'zwei', 'drei', 'vier', 'fünf']);
});
