import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileVisit } from '../testing/file-visit.ts';
import { give, refuse } from '../testing/scripted-store.ts';

let visit: FileVisit;
beforeEach(async () => {
  visit = await FileVisit.begin('Columbia');
});
afterEach(() => visit.end());

const content = randomBytes(300_000);

/** Downloads the file, and stops before the confirmation, as a killed client does. */
async function getUntold(): Promise<void> {
  const giveUp = new AbortController();
  visit.store.expect(give(content));
  const getting = visit.get({ signal: giveUp.signal });
  await visit.offer(content);
  await visit.peer.next('filedone');
  giveUp.abort(new Error('died'));
  await expect(getting).rejects.toThrow('died');
}

test('an abort ends the download at once, and keeps the part file', async () => {
  const giveUp = new AbortController();
  visit.store.expect(give(content, { most: 100_000 }));
  const getting = visit.get({
    signal: giveUp.signal,
    progress: ({ done }) => done >= 100_000 && giveUp.abort(new Error('enough')),
  });
  await visit.offer(content);
  await expect(getting).rejects.toThrow('enough');
  const [part = ''] = readdirSync(visit.folder);
  expect(visit.read(part).equals(content.subarray(0, 100_000))).toBe(true);
});

test('a resumed download requests only the rest', async () => {
  visit.store.expect(give(content, { most: 200_000 }), refuse(403, 'AccessDenied'));
  const first = visit.get();
  await visit.offer(content);
  (await visit.peer.next('fileget')).refuse('internal');
  (await visit.peer.next('fileget')).refuse('internal');
  (await visit.peer.next('fileget')).refuse('internal');
  (await visit.peer.next('fileget')).refuse('internal');
  await expect(first).rejects.toMatchObject({ code: 'internal' });

  visit.store.expect(give(content));
  const second = visit.get();
  await visit.offer(content);
  (await visit.peer.next('filedone')).reply({});
  await second;
  expect(visit.store.requests.at(-1)?.headers.range).toBe('bytes=200000-');
  expect(visit.read('test_file.txt').equals(content)).toBe(true);
  expect(readdirSync(visit.folder)).toEqual(['test_file.txt']);
});

test('a download that was complete but not confirmed gives one file, without another download', async () => {
  await getUntold();
  const getting = visit.get();
  await visit.offer(content);
  (await visit.peer.next('filedone')).reply({});
  expect((await getting).name).toBe('test_file.txt');
  expect(readdirSync(visit.folder)).toEqual(['test_file.txt']);
  expect(visit.store.requests.length).toBe(1);
});

test('a download that was complete and confirmed, but whose answer was lost, leaves no part file', async () => {
  await getUntold();
  const getting = visit.get({ from: 'FACEBOOK' });
  (await visit.peer.next('fileget')).refuse('no-such-file');
  await expect(getting).rejects.toMatchObject({ code: 'no-such-file' });
  expect(readdirSync(visit.folder)).toEqual(['test_file.txt']);
});

test('a download that was complete, and whose file the user has changed, leaves that file unchanged', async () => {
  await getUntold();
  writeFileSync(join(visit.folder, 'test_file.txt'), 'changed by me');
  visit.store.expect(give(content));
  const getting = visit.get();
  await visit.offer(content);
  (await visit.peer.next('filedone')).reply({});
  expect((await getting).name).toBe('test_file (1).txt');
  expect(visit.read('test_file.txt').toString()).toBe('changed by me');
  expect(visit.read('test_file (1).txt').equals(content)).toBe(true);
});

test('a download with wrong bytes in the part file starts over', async () => {
  visit.store.expect(give(randomBytes(300_000), { most: 200_000 }), give(content), give(content));
  const getting = visit.get();
  await visit.offer(content);
  (await visit.peer.next('filedone')).reply({});
  await getting;
  expect(visit.read('test_file.txt').equals(content)).toBe(true);
});

test('a resumed download does not follow a symbolic link', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  try {
    const giveUp = new AbortController();
    visit.store.expect(give(content, { most: 1000 }), refuse(403, 'AccessDenied'));
    const first = visit.get({ signal: giveUp.signal });
    await visit.offer(content);
    await visit.peer.next('fileget');
    giveUp.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    const [part = ''] = readdirSync(visit.folder);
    await rm(join(visit.folder, part));
    writeFileSync(join(elsewhere, 'target'), '');
    symlinkSync(join(elsewhere, 'target'), join(visit.folder, part));
    const second = visit.get();
    await visit.offer(content);
    await expect(second).rejects.toMatchObject({ failure: 'unwritable' });
    expect(readFileSync(join(elsewhere, 'target')).length).toBe(0);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});

test('a download runs once at a time', async () => {
  let release: () => void = () => {};
  const requested = new Promise<void>((resolve) => {
    visit.store.expect((request, response) => {
      release = () => give(content)(request, response);
      resolve();
    });
  });
  const first = visit.get();
  await visit.offer(content);
  await requested;
  const second = visit.get();
  await visit.offer(content);
  await expect(second).rejects.toMatchObject({
    failure: 'busy',
    message: 'The file "test_file.txt" from "facebook" is being received already.',
  });
  release();
  (await visit.peer.next('filedone')).reply({});
  await first;
});
