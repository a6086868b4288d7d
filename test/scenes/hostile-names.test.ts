import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostileNames, isPortable } from '../../client/testing/hostile-names.ts';
import { wrongWithFileName } from '../../protocol/index.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { openRoom } from '../harness/room.ts';

/** Names that a local folder can contain and a typed line can express. */
const canBeTyped = (name: string) =>
  !/[/\0\n\r\u2028\u2029]|^\s|\s$/.test(name) && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255;

test('a file with a hostile name is refused in one line, or arrives under a safe name', {
  timeout: 120_000,
}, async () => {
  const room = await openRoom();
  const files = room.files;
  const folder = await mkdtemp(join(tmpdir(), 'chat-hostile-'));
  const at = (...path: string[]) => join(folder, ...path);
  for (const user of ['facebook', 'Columbia']) mkdirSync(at(user));
  await room.register('facebook', 'Columbia');
  const [sender, recipient] = await Promise.all(
    ['facebook', 'Columbia'].map((user) => ChatProcess.enter(room.url, user, { folder: at(user) })),
  );
  if (!sender || !recipient) throw new Error('nobody came');
  try {
    const outcomes = { refused: 0, received: 0 };
    for (const name of hostileNames.filter(canBeTyped)) {
      writeFileSync(at('facebook', name), name);
      sender.type(`file Columbia ${name}`);
      if (wrongWithFileName(name.replaceAll('\\', '_')) !== undefined) {
        await sender.sees(/^Error! The file .* cannot be sent: a file name must not .*\. Rename it first\.$/);
        outcomes.refused += 1;
        continue;
      }
      await sender.sees(/^The room has received the file /);
      await recipient.sees(/^facebook\(file_transfer\): /);
      recipient.type(`fileget facebook ${name.replaceAll('\\', '_')}`);
      await recipient.sees(/^The file .* has been received\.$/);
      outcomes.received += 1;
    }
    expect(outcomes.refused).toBeGreaterThan(8);
    expect(outcomes.received).toBeGreaterThan(25);
    const received = readdirSync(at('Columbia'));
    expect(received.length).toBe(outcomes.received);
    for (const name of received) {
      expect(wrongWithFileName(name)).toBeUndefined();
      expect(isPortable(name)).toBe(true);
      expect(name).not.toMatch(/^[-.]/);
    }
    expect(received).toContain('_bashrc');
    expect(readFileSync(at('Columbia', '$(id)'), 'utf8')).toBe('$(id)');
    expect(readdirSync(folder).sort()).toEqual(['Columbia', 'facebook']);
    for (const line of [...sender.lines, ...recipient.lines]) expect(line).not.toMatch(/[\p{Cc}\u202e\u2066]/u);
    await expect.poll(() => files.count()).toEqual({ records: 0, objects: 0 });
  } finally {
    await Promise.all([sender.kill(), recipient.kill()]);
    await room.close();
    await rm(folder, { recursive: true });
  }
});
