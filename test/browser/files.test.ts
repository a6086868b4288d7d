import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../client/files/browser.ts';
import type { RoomConnection } from '../../client/room/browser.ts';
import { type Peer, ScriptedRoom } from '../../client/testing/scripted-room.ts';
import {
  type Answer,
  give,
  hangUpAfter,
  refuse,
  ScriptedStore,
  sha256,
  take,
} from '../../client/testing/scripted-store.ts';
import { hasBrowser, TestBrowser, type Visitor } from '../harness/browser.ts';
import type { Library } from './library.ts';
import { bundleForPages, PageServer } from './library-page.ts';

/** Names of the page. */
declare const library: Library;
declare const content: Uint8Array<ArrayBuffer>;
declare const room: RoomConnection;
declare const abort: AbortController;

const size = 3_000_000;
const bytes = Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) % 256));

let browser: TestBrowser;
let server: PageServer;
let page: Visitor['page'];
let scripted: ScriptedRoom;
let store: ScriptedStore;
let peer: Peer;

/** How a transfer in the page ended. */
interface Outcome {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly failure: string; readonly code: string; readonly message: string };
  readonly progress: Progress[];
  /** What the user got. */
  readonly saved?: { readonly name: string; readonly base64: string };
}

beforeAll(async () => {
  if (!hasBrowser) return;
  const html = '<!doctype html><title>Test</title><script type="module" src="room.js"></script>';
  [browser, server] = await Promise.all([
    TestBrowser.open(),
    bundleForPages('test/browser/library.ts').then((script) => PageServer.start(html, script)),
  ]);
  const visitor = await browser.visit(server.origin);
  // The tests break connections, and let the store refuse.
  visitor.expectProblem(/WebSocket|Failed to load resource|blocked by CORS/);
  page = visitor.page;
  await page.evaluate((length) => {
    const content = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 256);
    Object.assign(globalThis, { content });
  }, size);
});
afterAll(() => Promise.all([browser?.close(), server?.close()]));

beforeEach(async () => {
  if (!hasBrowser) return;
  [scripted, store] = await Promise.all([ScriptedRoom.start(), ScriptedStore.start()]);
  store.allowsPages = true;
  const joined = page.evaluate(async (url) => {
    const room = await library.connect({ url, message: () => {} });
    await room.login('facebook', 'wastingtime');
    Object.assign(globalThis, { room, abort: new AbortController() });
  }, scripted.url);
  peer = await scripted.peer();
  await scripted.letIn(peer);
  await joined;
});
afterEach(async () => {
  if (hasBrowser) await Promise.all([scripted.close(), store.close()]);
});

const timing = { stall: 10_000, leave: 0, retry: 5, retryMost: 20, retries: 3 };

const send = (stall = timing.stall): Promise<Outcome> =>
  page.evaluate(
    async (timing) => {
      const progress: Progress[] = [];
      const file = new File([content], 'test_file.txt', { type: 'text/plain' });
      const options = {
        to: 'Columbia',
        file,
        timing,
        signal: abort.signal,
        progress: (p: Progress) => void progress.push(p),
      };
      try {
        return { result: await library.sendFile(room, options), progress };
      } catch (error) {
        const { name, failure, code, message } = error as Required<Outcome>['error'];
        return { error: { name, failure, code, message }, progress };
      }
    },
    { ...timing, stall },
  );

const get = (stall = timing.stall): Promise<Outcome> =>
  page.evaluate(
    async (timing) => {
      const progress: Progress[] = [];
      const got: { saved?: { name: string; base64: string } } = {};
      const sink = new library.BlobSink(async (file, name) => {
        const bytes = new Uint8Array(await file.arrayBuffer());
        got.saved = { name, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
      });
      const options = { from: 'Google', name: '../-rf.txt', sink, timing, signal: abort.signal };
      try {
        const result = await library.getFile(room, { ...options, progress: (p) => void progress.push(p) });
        return { result, progress, ...got };
      } catch (error) {
        const { name, failure, code, message } = error as Required<Outcome>['error'];
        return { error: { name, failure, code, message }, progress, ...got };
      }
    },
    { ...timing, stall },
  );

/** Accepts the next `file` request. */
async function accept(path = '/place') {
  const asked = await peer.next('file');
  asked.reply({
    url: store.url(path),
    method: 'PUT',
    headers: { 'content-length': String(size), 'x-amz-checksum-sha256': 'c2hh', 'if-none-match': '*' },
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  });
  return asked.arguments;
}

/** Answers the next `fileget`. */
async function offer(path = '/file', content = bytes) {
  const asked = await peer.next('fileget');
  asked.reply({
    url: store.url(path),
    size: content.length,
    sha256: sha256(content),
    expiresAt: '2026-11-23T09:00:00Z',
  });
}

/** S3's answer to an address that has expired. Chromium itself repeats an upload, so it may be the answer to the first. */
const expired: Answer = (_request, response) => {
  response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>');
};

describe.runIf(hasBrowser)('a file that a page sends', () => {
  test('is announced with its checksum and uploaded with the signed headers', async () => {
    let stored: Buffer | undefined;
    store.expect(take((body) => (stored = body)));
    const [{ result, progress }, asked] = await Promise.all([send(), accept()]);
    expect(result).toEqual({ name: 'test_file.txt', size, sha256: sha256(bytes) });
    expect(asked).toEqual({ to: 'Columbia', name: 'test_file.txt', size, sha256: sha256(bytes) });
    expect(stored?.equals(bytes)).toBe(true);
    const [{ headers } = { headers: {} }] = store.requests;
    expect(headers).toMatchObject({ 'content-length': String(size), 'if-none-match': '*' });
    expect(headers).not.toHaveProperty('content-type');
    expect(progress.filter(({ phase }) => phase === 'checking').at(-1)?.done).toBe(size);
    expect(progress.at(-1)).toEqual({ phase: 'sending', done: size, total: size });
  });

  test('is sent again when the connection breaks, and with a new address when the first has expired', async () => {
    let stored: Buffer | undefined;
    store.expect(
      hangUpAfter(100_000),
      expired,
      take((body) => (stored = body)),
    );
    const sending = send();
    await accept('/first');
    await accept('/second');
    expect((await sending).error).toBeUndefined();
    expect(store.requests.map(({ url }) => url)).toEqual(['/first', '/first', '/second']);
    expect(stored?.equals(bytes)).toBe(true);
  });

  test('is there when the answer to an earlier attempt was lost', async () => {
    store.expect(hangUpAfter(size), refuse(412, 'PreconditionFailed'));
    const [{ error }] = await Promise.all([send(), accept()]);
    expect(error).toBeUndefined();
  });

  test.each([
    ['the store refuses it', refuse(403, 'AccessDenied'), 'refused'],
    ['the store says that its bytes differ', refuse(400, 'BadDigest'), 'changed'],
  ])('fails if %s', async (_, answer, failure) => {
    store.expect(answer);
    const [{ error }] = await Promise.all([send(), accept()]);
    expect(error).toMatchObject({ name: 'TransferError', failure });
  });

  test('fails after some attempts if the store is silent', async () => {
    store.expect(...Array.from({ length: 4 }, () => () => {}));
    const [{ error }] = await Promise.all([send(100), accept()]);
    expect(error).toMatchObject({ failure: 'unreachable' });
  });

  test('is not sent after an abort', async () => {
    store.expect(() => page.evaluate(() => abort.abort(new Error('enough'))));
    const [{ error }] = await Promise.all([send(), accept()]);
    expect(error).toMatchObject({ message: 'enough' });
  });
});

describe.runIf(hasBrowser)('a file that a page gets', () => {
  test('is resumed where the connection broke, verified, given to the user, and then confirmed', async () => {
    store.expect(give(bytes, { most: 1_000_000 }), give(bytes, { most: 1_000_000 }), give(bytes));
    const getting = get();
    await offer();
    const told = await peer.next('filedone');
    expect(told.arguments).toEqual({ from: 'Google', name: '../-rf.txt' });
    told.reply({});
    const { result, saved, progress } = await getting;
    expect(result).toEqual({ name: '_-rf.txt', size, sha256: sha256(bytes) });
    expect(saved?.name).toBe('_-rf.txt');
    expect(Buffer.from(saved?.base64 ?? '', 'base64').equals(bytes)).toBe(true);
    expect(progress.at(-1)).toEqual({ phase: 'receiving', done: size, total: size });
    const ranges = store.requests.map(({ headers }) => Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0));
    expect(ranges).toEqual([0, 1_000_000, 2_000_000]);
  });

  test('starts over if the store has no ranges, with a new address when the first has expired', async () => {
    store.expect(give(bytes, { most: 1_000_000 }), refuse(403, 'AccessDenied'), give(bytes, { ranges: false }));
    const getting = get();
    await offer('/first');
    await offer('/second');
    (await peer.next('filedone')).reply({});
    const { saved } = await getting;
    expect(store.requests.map(({ url }) => url)).toEqual(['/first', '/first', '/second']);
    expect(Buffer.from(saved?.base64 ?? '', 'base64').equals(bytes)).toBe(true);
  });

  test('is not given to the user if its bytes differ', async () => {
    const other = Buffer.alloc(size);
    store.expect(give(other), give(other));
    const [{ error, saved }] = await Promise.all([get(), offer()]);
    expect(error).toMatchObject({ failure: 'wrong-bytes' });
    expect(saved).toBeUndefined();
  });

  test('is resumed when the store falls silent', async () => {
    store.expect((_request, response) => {
      response.writeHead(200, { 'content-length': size }).write(bytes.subarray(0, 1000));
    }, give(bytes));
    const getting = get(500);
    await offer();
    (await peer.next('filedone')).reply({});
    expect((await getting).error).toBeUndefined();
    expect(store.requests.at(-1)?.headers.range).toBe('bytes=1000-');
  });

  test('is not got after an abort', async () => {
    store.expect((_request, response) => {
      response.writeHead(200, { 'content-length': size }).write(bytes.subarray(0, 1000));
      void page.evaluate(() => abort.abort(new Error('enough')));
    });
    const [{ error }] = await Promise.all([get(), offer()]);
    expect(error).toMatchObject({ message: 'enough' });
  });
});

test.runIf(hasBrowser)('the page stays responsive while it checks 50 MB', async () => {
  const checking = page.evaluate(async () => {
    let turns = 0;
    const watch = setInterval(() => {
      turns += 1;
    });
    const file = new File([new Uint8Array(50_000_000)], 'big');
    const refused = await library.sendFile(room, { to: 'Columbia', file }).catch((error) => error.code);
    clearInterval(watch);
    return { refused, turns };
  });
  (await peer.next('file')).refuse('no-such-user');
  const { refused, turns } = await checking;
  expect(refused).toBe('no-such-user');
  // The file is read in pieces, and the page has its turn between them.
  expect(turns).toBeGreaterThan(10);
});
