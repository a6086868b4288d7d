import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect, type RoomConnection } from '../room/index.ts';
import { type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { give, refuse, ScriptedStore, sha256 } from '../testing/scripted-store.ts';
import { declineFile, type GetOptions, getFile } from './get-file.ts';
import type { Progress } from './progress.ts';

let folder: string;
let scripted: ScriptedRoom;
let store: ScriptedStore;
let room: RoomConnection;
let peer: Peer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'get-'));
  [scripted, store] = await Promise.all([ScriptedRoom.start(), ScriptedStore.start()]);
  room = await connect({ url: scripted.url, message: () => {} });
  peer = await scripted.peer();
  await Promise.all([room.login('Columbia', '116bway'), scripted.letIn(peer)]);
});

afterEach(async () => {
  await Promise.all([scripted.close(), store.close()]);
  await rm(folder, { recursive: true });
});

const content = randomBytes(300_000);
const offer = { from: 'facebook', name: 'test_file.txt' };
const timing = { stall: 10_000, leave: 10_000, retry: 5, retryMost: 20, retries: 3 };

const get = (options: Partial<GetOptions> = {}) => getFile(room, { ...offer, folder, timing, ...options });

/** Answers the next `fileget` with an offer. */
async function have(what = content, path = '/file') {
  const asked = await peer.next('fileget');
  asked.reply({ url: store.url(path), size: what.length, sha256: sha256(what), expiresAt: '2026-11-23T09:00:00Z' });
  return asked.arguments;
}

const here = (name: string) => readFileSync(join(folder, name));

/** Downloads the file, and stops before the confirmation, as a killed client does. */
async function getUntold(): Promise<void> {
  const giveUp = new AbortController();
  store.expect(give(content));
  const getting = get({ signal: giveUp.signal });
  await have();
  await peer.next('filedone');
  giveUp.abort(new Error('died'));
  await expect(getting).rejects.toThrow('died');
}

test('a file address without TLS from a room with TLS is refused', async () => {
  const encrypted = { user: 'Columbia', isEncrypted: true, request: room.request.bind(room) };
  const getting = getFile(encrypted, { ...offer, folder, timing });
  await Promise.all([
    expect(getting).rejects.toMatchObject({ failure: 'refused', message: expect.stringContaining('TLS') }),
    have(),
  ]);
  expect(store.requests).toEqual([]);
});

describe('a file', () => {
  test('has its name before the confirmation, and no other file is left', async () => {
    const seen: Progress[] = [];
    store.expect(give(content));
    const getting = get({ progress: (one) => seen.push(one) });
    expect(await have()).toEqual(offer);
    const told = await peer.next('filedone');
    expect(told.arguments).toEqual(offer);
    expect(here('test_file.txt').equals(content)).toBe(true);
    told.reply({});
    expect(await getting).toEqual({
      name: 'test_file.txt',
      path: join(folder, 'test_file.txt'),
      size: 300_000,
      sha256: sha256(content),
    });
    expect(readdirSync(folder)).toEqual(['test_file.txt']);
    expect(seen.at(-1)).toEqual({ phase: 'receiving', done: 300_000, total: 300_000 });
  });

  test('may be empty', async () => {
    const getting = get();
    await have(Buffer.alloc(0));
    (await peer.next('filedone')).reply({});
    await getting;
    expect(here('test_file.txt').length).toBe(0);
  });

  test('does not overwrite other files', async () => {
    writeFileSync(join(folder, 'test_file.txt'), 'mine');
    symlinkSync('/nowhere', join(folder, 'test_file (1).txt'));
    store.expect(give(content));
    const getting = get();
    await have();
    (await peer.next('filedone')).reply({});
    expect((await getting).name).toBe('test_file (2).txt');
    expect(here('test_file.txt').toString()).toBe('mine');
    expect(here('test_file (2).txt').equals(content)).toBe(true);
  });

  test('is resumed at the same byte after each broken connection', async () => {
    const breaks = [0, 50_000, 50_000, 50_000, 50_000, 50_000].map((most) => give(content, { most }));
    store.expect(...breaks, give(content));
    const getting = get();
    await have();
    (await peer.next('filedone')).reply({});
    await getting;
    expect(here('test_file.txt').equals(content)).toBe(true);
    const ranges = store.requests.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0));
    expect(ranges).toEqual(ranges.toSorted((one, other) => one - other));
    expect(ranges.at(-1)).toBe(250_000);
  });

  test('starts over if the store does not support ranges', async () => {
    store.expect(give(content, { most: 50_000 }), give(content, { ranges: false }));
    const getting = get();
    await have();
    (await peer.next('filedone')).reply({});
    await getting;
    expect(here('test_file.txt').equals(content)).toBe(true);
  });

  test('is requested with a new URL when the first has expired', async () => {
    store.expect(give(content, { most: 50_000 }), refuse(403, 'AccessDenied'), give(content));
    const getting = get();
    await have(content, '/first');
    await have(content, '/second');
    (await peer.next('filedone')).reply({});
    await getting;
    expect(store.requests.map(({ url }) => url)).toEqual(['/first', '/first', '/second']);
    expect(here('test_file.txt').equals(content)).toBe(true);
  });

  test('that was replaced by another one meanwhile is not mixed with it', async () => {
    store.expect(give(content, { most: 50_000 }), refuse(404, 'NoSuchKey'));
    const getting = get();
    await have();
    await have(randomBytes(300_000));
    await expect(getting).rejects.toMatchObject({ failure: 'changed' });
  });
});

describe('a resumed download', () => {
  test('requests only the rest', async () => {
    store.expect(give(content, { most: 200_000 }), refuse(403, 'AccessDenied'));
    const first = get();
    await have();
    (await peer.next('fileget')).refuse('internal');
    (await peer.next('fileget')).refuse('internal');
    (await peer.next('fileget')).refuse('internal');
    (await peer.next('fileget')).refuse('internal');
    await expect(first).rejects.toMatchObject({ code: 'internal' });

    store.expect(give(content));
    const second = get();
    await have();
    (await peer.next('filedone')).reply({});
    await second;
    expect(store.requests.at(-1)?.headers.range).toBe('bytes=200000-');
    expect(here('test_file.txt').equals(content)).toBe(true);
    expect(readdirSync(folder)).toEqual(['test_file.txt']);
  });

  test('that was complete but not confirmed gives one file, without another download', async () => {
    await getUntold();
    const getting = get();
    await have();
    (await peer.next('filedone')).reply({});
    expect((await getting).name).toBe('test_file.txt');
    expect(readdirSync(folder)).toEqual(['test_file.txt']);
    expect(store.requests.length).toBe(1);
  });

  test('that was complete and confirmed, but whose answer was lost, leaves no part file', async () => {
    await getUntold();
    const getting = get({ from: 'FACEBOOK' });
    (await peer.next('fileget')).refuse('no-such-file');
    await expect(getting).rejects.toMatchObject({ code: 'no-such-file' });
    expect(readdirSync(folder)).toEqual(['test_file.txt']);
  });

  test('that was complete, and whose file the user has changed, leaves that file unchanged', async () => {
    await getUntold();
    writeFileSync(join(folder, 'test_file.txt'), 'changed by me');
    store.expect(give(content));
    const getting = get();
    await have();
    (await peer.next('filedone')).reply({});
    expect((await getting).name).toBe('test_file (1).txt');
    expect(here('test_file.txt').toString()).toBe('changed by me');
    expect(here('test_file (1).txt').equals(content)).toBe(true);
  });

  test('with wrong bytes in the part file starts over', async () => {
    store.expect(give(randomBytes(300_000), { most: 200_000 }), give(content), give(content));
    const getting = get();
    await have();
    (await peer.next('filedone')).reply({});
    await getting;
    expect(here('test_file.txt').equals(content)).toBe(true);
  });

  test('does not follow a symbolic link', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'elsewhere-'));
    try {
      const giveUp = new AbortController();
      store.expect(give(content, { most: 1000 }), refuse(403, 'AccessDenied'));
      const first = get({ signal: giveUp.signal });
      await have();
      await peer.next('fileget');
      giveUp.abort(new Error('enough'));
      await expect(first).rejects.toThrow('enough');
      const [part = ''] = readdirSync(folder);
      await rm(join(folder, part));
      writeFileSync(join(elsewhere, 'target'), '');
      symlinkSync(join(elsewhere, 'target'), join(folder, part));
      const second = get();
      await have();
      await expect(second).rejects.toMatchObject({ failure: 'unwritable' });
      expect(readFileSync(join(elsewhere, 'target')).length).toBe(0);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  test('runs once at a time', async () => {
    let release: () => void = () => {};
    const requested = new Promise<void>((resolve) => {
      store.expect((request, response) => {
        release = () => give(content)(request, response);
        resolve();
      });
    });
    const first = get();
    await have();
    await requested;
    const second = get();
    await have();
    await expect(second).rejects.toMatchObject({
      failure: 'busy',
      message: 'The file "test_file.txt" from "facebook" is being received already.',
    });
    release();
    (await peer.next('filedone')).reply({});
    await first;
  });
});

describe('a failed download', () => {
  test('of a file that does not exist', async () => {
    const getting = get();
    (await peer.next('fileget')).refuse('no-such-file');
    await expect(getting).rejects.toMatchObject({ code: 'no-such-file' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of other bytes than announced', async () => {
    store.expect(give(randomBytes(300_000)), give(randomBytes(300_000)));
    const getting = get();
    await have();
    await expect(getting).rejects.toMatchObject({ failure: 'wrong-bytes' });
    expect(existsSync(join(folder, 'test_file.txt'))).toBe(false);
  });

  test('whose connection keeps breaking', async () => {
    store.expect(...Array.from({ length: 4 }, () => give(content, { most: 0 })));
    const getting = get();
    await have();
    await expect(getting).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test('that stalls', async () => {
    store.expect((_request, response) => {
      response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, 1000));
    });
    const getting = get({ timing: { ...timing, stall: 300 } });
    await have();
    store.expect(refuse(400, 'EnoughOfThat'));
    await expect(getting).rejects.toMatchObject({ failure: 'refused' });
    expect(store.requests.at(-1)?.headers.range).toBe('bytes=1000-');
  });

  test('into a folder that does not exist', async () => {
    const getting = get({ folder: join(folder, 'nowhere') });
    await have();
    await expect(getting).rejects.toMatchObject({
      failure: 'unwritable',
      message: 'The file "test_file.txt" cannot be saved here: it does not exist.',
    });
  });
});

test('a complete download succeeds even if the room no longer has the file', async () => {
  store.expect(give(content));
  const getting = get();
  await have();
  (await peer.next('filedone')).refuse('no-such-file');
  expect((await getting).name).toBe('test_file.txt');
  expect(readdirSync(folder)).toEqual(['test_file.txt']);
});

test('an abort ends the download at once, and keeps the part file', async () => {
  const giveUp = new AbortController();
  store.expect(give(content, { most: 100_000 }));
  const getting = get({
    signal: giveUp.signal,
    progress: ({ done }) => done >= 100_000 && giveUp.abort(new Error('enough')),
  });
  await have();
  await expect(getting).rejects.toThrow('enough');
  const [part = ''] = readdirSync(folder);
  expect(here(part).equals(content.subarray(0, 100_000))).toBe(true);
});

test('the confirmation is repeated if the room does not answer', async () => {
  store.expect(give(content));
  const getting = get();
  await have();
  await peer.next('filedone');
  peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
  (await peer.next('filedone')).reply({});
  expect((await getting).name).toBe('test_file.txt');
});

test('a repeated decline succeeds if the room no longer has the file', async () => {
  const declining = declineFile(room, { ...offer, folder, timing });
  await peer.next('filedecline');
  peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
  (await peer.next('filedecline')).refuse('no-such-file');
  await declining;
  const again = declineFile(room, { ...offer, folder: join(folder, 'nowhere'), timing });
  (await peer.next('filedecline')).refuse('no-such-file');
  await expect(again).rejects.toMatchObject({ code: 'no-such-file' });
});

test('a decline removes the part file', async () => {
  writeFileSync(join(folder, 'mine.part'), 'mine');
  const giveUp = new AbortController();
  store.expect(give(content, { most: 100_000 }));
  const getting = get({ signal: giveUp.signal, progress: ({ done }) => done > 0 && giveUp.abort(new Error('enough')) });
  await have();
  await expect(getting).rejects.toThrow('enough');
  expect(readdirSync(folder).length).toBe(2);
  const declining = declineFile(room, { ...offer, folder });
  (await peer.next('filedecline')).reply({});
  await declining;
  expect(readdirSync(folder)).toEqual(['mine.part']);
});
