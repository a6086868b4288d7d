import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileVisit, transferTiming, waitingFile } from '../testing/file-visit.ts';
import { give } from '../testing/scripted-store.ts';
import { declineFile } from './decline-file.ts';

let visit: FileVisit;
beforeEach(async () => {
  visit = await FileVisit.begin('Columbia');
});
afterEach(() => visit.end());

test('a repeated decline succeeds if the room no longer has the file', async () => {
  const declining = declineFile(visit.room, { ...waitingFile, folder: visit.folder, timing: transferTiming });
  await visit.peer.next('filedecline');
  visit.peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
  (await visit.peer.next('filedecline')).refuse('no-such-file');
  await declining;
  const again = declineFile(visit.room, {
    ...waitingFile,
    folder: join(visit.folder, 'nowhere'),
    timing: transferTiming,
  });
  (await visit.peer.next('filedecline')).refuse('no-such-file');
  await expect(again).rejects.toMatchObject({ code: 'no-such-file' });
});

test('a decline removes the part file', async () => {
  const content = randomBytes(300_000);
  writeFileSync(join(visit.folder, 'mine.part'), 'mine');
  const giveUp = new AbortController();
  visit.store.expect(give(content, { most: 100_000 }));
  const getting = visit.get({
    signal: giveUp.signal,
    progress: ({ done }) => done > 0 && giveUp.abort(new Error('enough')),
  });
  await visit.offer(content);
  await expect(getting).rejects.toThrow('enough');
  expect(readdirSync(visit.folder).length).toBe(2);
  const declining = declineFile(visit.room, { ...waitingFile, folder: visit.folder });
  (await visit.peer.next('filedecline')).reply({});
  await declining;
  expect(readdirSync(visit.folder)).toEqual(['mine.part']);
});
