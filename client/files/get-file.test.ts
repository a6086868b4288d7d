import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileVisit, transferTiming, waitingFile } from '../testing/file-visit.ts';
import { give, refuse, sha256 } from '../testing/scripted-store.ts';
import { getFile } from './get-file.ts';
import type { Progress } from './progress.ts';

let visit: FileVisit;
beforeEach(async () => {
  visit = await FileVisit.begin('Columbia');
});
afterEach(() => visit.end());

const content = randomBytes(300_000);

test('a file address without TLS from a room with TLS is refused', async () => {
  const encrypted = { user: 'Columbia', isEncrypted: true, request: visit.room.request.bind(visit.room) };
  const getting = getFile(encrypted, { ...waitingFile, folder: visit.folder, timing: transferTiming });
  await Promise.all([
    expect(getting).rejects.toMatchObject({ failure: 'refused', message: expect.stringContaining('TLS') }),
    visit.offer(content),
  ]);
  expect(visit.store.requests).toEqual([]);
});

describe('a file', () => {
  test('has its name before the confirmation, and no other file is left', async () => {
    const seen: Progress[] = [];
    visit.store.expect(give(content));
    const getting = visit.get({ progress: (one) => seen.push(one) });
    expect(await visit.offer(content)).toEqual(waitingFile);
    const told = await visit.peer.next('filedone');
    expect(told.arguments).toEqual(waitingFile);
    expect(visit.read('test_file.txt').equals(content)).toBe(true);
    told.reply({});
    expect(await getting).toEqual({
      name: 'test_file.txt',
      path: join(visit.folder, 'test_file.txt'),
      size: 300_000,
      sha256: sha256(content),
    });
    expect(readdirSync(visit.folder)).toEqual(['test_file.txt']);
    expect(seen.at(-1)).toEqual({ phase: 'receiving', done: 300_000, total: 300_000 });
  });

  test('may be empty', async () => {
    const getting = visit.get();
    await visit.offer(Buffer.alloc(0));
    (await visit.peer.next('filedone')).reply({});
    await getting;
    expect(visit.read('test_file.txt').length).toBe(0);
  });

  test('does not overwrite other files', async () => {
    writeFileSync(join(visit.folder, 'test_file.txt'), 'mine');
    symlinkSync('/nowhere', join(visit.folder, 'test_file (1).txt'));
    visit.store.expect(give(content));
    const getting = visit.get();
    await visit.offer(content);
    (await visit.peer.next('filedone')).reply({});
    expect((await getting).name).toBe('test_file (2).txt');
    expect(visit.read('test_file.txt').toString()).toBe('mine');
    expect(visit.read('test_file (2).txt').equals(content)).toBe(true);
  });

  test('is resumed at the same byte after each broken connection', async () => {
    const breaks = [0, 50_000, 50_000, 50_000, 50_000, 50_000].map((most) => give(content, { most }));
    visit.store.expect(...breaks, give(content));
    const getting = visit.get();
    await visit.offer(content);
    (await visit.peer.next('filedone')).reply({});
    await getting;
    expect(visit.read('test_file.txt').equals(content)).toBe(true);
    const ranges = visit.store.requests.map(({ headers }) =>
      Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0),
    );
    expect(ranges).toEqual(ranges.toSorted((one, other) => one - other));
    expect(ranges.at(-1)).toBe(250_000);
  });

  test('starts over if the store does not support ranges', async () => {
    visit.store.expect(give(content, { most: 50_000 }), give(content, { ranges: false }));
    const getting = visit.get();
    await visit.offer(content);
    (await visit.peer.next('filedone')).reply({});
    await getting;
    expect(visit.read('test_file.txt').equals(content)).toBe(true);
  });

  test('is requested with a new URL when the first has expired', async () => {
    visit.store.expect(give(content, { most: 50_000 }), refuse(403, 'AccessDenied'), give(content));
    const getting = visit.get();
    await visit.offer(content, '/first');
    await visit.offer(content, '/second');
    (await visit.peer.next('filedone')).reply({});
    await getting;
    expect(visit.store.requests.map(({ url }) => url)).toEqual(['/first', '/first', '/second']);
    expect(visit.read('test_file.txt').equals(content)).toBe(true);
  });

  test('that was replaced by another one meanwhile is not mixed with it', async () => {
    visit.store.expect(give(content, { most: 50_000 }), refuse(404, 'NoSuchKey'));
    const getting = visit.get();
    await visit.offer(content);
    await visit.offer(randomBytes(300_000));
    await expect(getting).rejects.toMatchObject({ failure: 'changed' });
  });
});

describe('a failed download', () => {
  test('of a file that does not exist', async () => {
    const getting = visit.get();
    (await visit.peer.next('fileget')).refuse('no-such-file');
    await expect(getting).rejects.toMatchObject({ code: 'no-such-file' });
    expect(readdirSync(visit.folder)).toEqual([]);
  });

  test('of other bytes than announced', async () => {
    visit.store.expect(give(randomBytes(300_000)), give(randomBytes(300_000)));
    const getting = visit.get();
    await visit.offer(content);
    await expect(getting).rejects.toMatchObject({ failure: 'wrong-bytes' });
    expect(existsSync(join(visit.folder, 'test_file.txt'))).toBe(false);
  });

  test('whose connection keeps breaking', async () => {
    visit.store.expect(...Array.from({ length: 4 }, () => give(content, { most: 0 })));
    const getting = visit.get();
    await visit.offer(content);
    await expect(getting).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test('that stalls', async () => {
    visit.store.expect((_request, response) => {
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000));
    });
    const getting = visit.get({ timing: { ...transferTiming, stall: 300 } });
    await visit.offer(content);
    visit.store.expect(refuse(400, 'EnoughOfThat'));
    await expect(getting).rejects.toMatchObject({ failure: 'refused' });
    expect(visit.store.requests.at(-1)?.headers.range).toBe('bytes=1000-');
  });

  test('into a folder that does not exist', async () => {
    const getting = visit.get({ folder: join(visit.folder, 'nowhere') });
    await visit.offer(content);
    await expect(getting).rejects.toMatchObject({
      failure: 'unwritable',
      message: 'The file "test_file.txt" cannot be saved here: it does not exist.',
    });
  });
});

test('a complete download succeeds even if the room no longer has the file', async () => {
  visit.store.expect(give(content));
  const getting = visit.get();
  await visit.offer(content);
  (await visit.peer.next('filedone')).refuse('no-such-file');
  expect((await getting).name).toBe('test_file.txt');
  expect(readdirSync(visit.folder)).toEqual(['test_file.txt']);
});

test('the confirmation is repeated if the room does not answer', async () => {
  visit.store.expect(give(content));
  const getting = visit.get();
  await visit.offer(content);
  await visit.peer.next('filedone');
  visit.peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
  (await visit.peer.next('filedone')).reply({});
  expect((await getting).name).toBe('test_file.txt');
});
