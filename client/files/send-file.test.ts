import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FileVisit, transferTiming } from '../testing/file-visit.ts';
import { hangUpAfter, refuse, sha256, take } from '../testing/scripted-store.ts';
import type { Progress } from './index.ts';
import { type SendOptions, sendFile } from './send-file.ts';

let visit: FileVisit;
beforeEach(async () => {
  visit = await FileVisit.begin('facebook');
});
afterEach(() => visit.end());

/** Creates a file with this content in the folder. */
function file(content: Buffer | string = randomBytes(300_000), name = 'test_file.txt') {
  const path = join(visit.folder, name);
  writeFileSync(path, content);
  return { path, content: Buffer.from(content) };
}

const send = (path: string, options: Partial<SendOptions> = {}) =>
  sendFile(visit.room, { to: 'Columbia', path, timing: transferTiming, ...options });

/** Root can read every file. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Accepts the next `file` request. */
async function accept(path = '/place', lifetime = 60_000) {
  const asked = await visit.peer.next('file');
  asked.reply({
    url: visit.store.url(path),
    method: 'PUT',
    headers: { 'x-amz-checksum-sha256': 'c2hh', 'if-none-match': '*' },
    expiresAt: new Date(Date.now() + lifetime).toISOString(),
  });
  return asked.arguments;
}

test('a file is not sent to an address without TLS from a room with TLS', async () => {
  const encrypted = { user: 'facebook', isEncrypted: true, request: visit.room.request.bind(visit.room) };
  const sending = sendFile(encrypted, { to: 'Columbia', path: file().path, timing: transferTiming });
  await Promise.all([
    expect(sending).rejects.toMatchObject({ failure: 'refused', message: expect.stringContaining('TLS') }),
    accept(),
  ]);
  expect(visit.store.requests).toEqual([]);
});

describe('a file', () => {
  test('is announced with its checksum and uploaded with an exact length', async () => {
    const { path, content } = file();
    const seen: Progress[] = [];
    let stored: Buffer | undefined;
    visit.store.expect(take((body) => (stored = body)));
    const [sent, asked] = await Promise.all([send(path, { progress: (one) => seen.push(one) }), accept()]);
    const announced = { name: 'test_file.txt', size: 300_000, sha256: sha256(content) };
    expect(sent).toEqual(announced);
    expect(asked).toEqual({ to: 'Columbia', ...announced });
    expect(stored?.equals(content)).toBe(true);
    expect(visit.store.requests).toEqual([
      {
        method: 'PUT',
        url: '/place',
        headers: expect.objectContaining({
          'content-length': '300000',
          'x-amz-checksum-sha256': 'c2hh',
          'if-none-match': '*',
        }),
      },
    ]);
    expect(visit.store.requests[0]?.headers['transfer-encoding']).toBeUndefined();
    expect(seen.filter(({ phase }) => phase === 'checking').at(-1)).toMatchObject({ done: 300_000, total: 300_000 });
    expect(seen.at(-1)).toEqual({ phase: 'sending', done: 300_000, total: 300_000 });
  });

  test('is announced under a portable name if an older room refuses its own', async () => {
    const { path } = file('emoji', '12:30 👨‍👩‍👧.txt');
    visit.store.expect(take());
    const names: string[] = [];
    const sending = send(path, { accepted: (name) => names.push(name) });
    const refused = await visit.peer.next('file');
    expect(refused.arguments.name).toBe('12:30 👨‍👩‍👧.txt');
    refused.refuse('invalid-file-name');
    expect((await accept()).name).toBe('12_30 👨_👩_👧.txt');
    expect(await sending).toMatchObject({ name: '12_30 👨_👩_👧.txt' });
    expect(names).toEqual(['12_30 👨_👩_👧.txt']);
  });

  test('may be empty', async () => {
    const { path } = file('');
    visit.store.expect(take((body) => expect(body.length).toBe(0)));
    const [sent] = await Promise.all([send(path), accept()]);
    expect(sent).toMatchObject({ size: 0, sha256: sha256(Buffer.alloc(0)) });
    expect(visit.store.requests[0]?.headers['content-length']).toBe('0');
  });

  test('is sent again when the connection breaks', async () => {
    const { path } = file();
    visit.store.expect(hangUpAfter(100_000), refuse(503, 'SlowDown'), take());
    const [sent] = await Promise.all([send(path), accept()]);
    expect(sent.size).toBe(300_000);
    expect(visit.store.left).toBe(0);
  });

  test('is sent if the object exists, because an earlier attempt succeeded', async () => {
    const { path } = file();
    visit.store.expect(hangUpAfter(300_000), refuse(412, 'PreconditionFailed'));
    const [sent] = await Promise.all([send(path), accept()]);
    expect(sent.size).toBe(300_000);
  });

  test('gets a new URL when the first has expired', async () => {
    const { path } = file();
    visit.store.expect(hangUpAfter(1), refuse(403, 'AccessDenied'), take());
    const sending = send(path);
    await accept('/first');
    await accept('/second');
    await sending;
    expect(visit.store.requests.map(({ url }) => url)).toEqual(['/first', '/first', '/second']);
  });

  test('is sent if the room says so after an attempt of unknown outcome', async () => {
    const { path } = file();
    visit.store.expect(hangUpAfter(300_000), refuse(403, 'AccessDenied'));
    const sending = send(path);
    await accept();
    (await visit.peer.next('file')).refuse('file-exists');
    expect((await sending).size).toBe(300_000);
  });
});

test('a file goes through the proxy that the environment names', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url);
    const onward = connectTcp(Number(new URL(visit.store.url()).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  try {
    const { path, content } = file();
    let stored: Buffer | undefined;
    visit.store.expect(take((body) => (stored = body)));
    const sending = send(path);
    const url = 'http://store.example.com/place';
    (await visit.peer.next('file')).reply({ url, method: 'PUT', headers: {}, expiresAt: '2026-11-23T09:00:00Z' });
    await sending;
    expect(stored?.equals(content)).toBe(true);
    expect(asked).toEqual(['store.example.com:80']);
  } finally {
    vi.unstubAllEnvs();
    proxy.closeAllConnections();
    proxy.close();
  }
});

describe('what cannot be sent is refused in one line', () => {
  test.each([
    ['nowhere.txt', 'unreadable', /^The file ".*nowhere.txt" cannot be read: it does not exist\.$/],
    ['folder', 'not-a-file', /^".*folder" is a folder\. Pack it into one file, and send that\.$/],
    ['pipe', 'not-a-file', /^".*pipe" is not a file\.$/],
    [
      'bad\u202egpj.exe',
      'bad-name',
      /^The file "bad.*" cannot be sent: a file name must not contain an invisible character, such as U\+202E/,
    ],
    [
      'new\nline',
      'bad-name',
      /^The file "new\nline" cannot be sent: a file name must not contain an invisible character, such as U\+000A/,
    ],
    ['..', 'bad-name', /^The file "\.\." cannot be sent: a file name must not be a path\. Rename it first\.$/],
  ])('%j: %s', async (name, failure, message) => {
    mkdirSync(join(visit.folder, 'folder'));
    execFileSync('mkfifo', [join(visit.folder, 'pipe')]);
    await expect(send(`${visit.folder}/${name}`)).rejects.toMatchObject({
      name: 'TransferError',
      failure,
      message: expect.stringMatching(message),
    });
  });

  test('an unreadable file', async () => {
    const { path } = file();
    chmodSync(path, 0o000);
    await asNobody(() =>
      expect(send(path)).rejects.toMatchObject({
        failure: 'unreadable',
        message: `The file "${path}" cannot be read: you may not.`,
      }),
    );
  });

  test('a file above the limit of S3, before it is read', async () => {
    const { path } = file('');
    // A sparse file, which takes no space.
    truncateSync(path, 5 * 1024 ** 3 + 1);
    await expect(send(path)).rejects.toMatchObject({ failure: 'too-large' });
  });

  test('a file that the room refuses', async () => {
    const sending = send(file().path);
    (await visit.peer.next('file')).refuse('file-too-large');
    await expect(sending).rejects.toMatchObject({ name: 'RefusalError', code: 'file-too-large' });
  });

  test('an invalid file address', async () => {
    const sending = send(file().path);
    (await visit.peer.next('file')).reply({
      url: 'file:///etc/passwd',
      method: 'PUT',
      headers: {},
      expiresAt: '2026-11-23T09:00:00Z',
    });
    await expect(sending).rejects.toMatchObject({ name: 'TransferError', failure: 'refused' });
  });

  test('a store that refuses', async () => {
    visit.store.expect(refuse(403, 'AccessDenied'));
    const sending = send(file().path);
    await accept();
    await expect(sending).rejects.toMatchObject({
      failure: 'refused',
      message: 'The store refuses the file: 403 AccessDenied.',
    });
  });

  test('a store that cannot be reached', async () => {
    visit.store.expect(hangUpAfter(1), hangUpAfter(1), hangUpAfter(1), hangUpAfter(1));
    const sending = send(file().path);
    await accept();
    await expect(sending).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringMatching(/^The file "test_file.txt" could not be sent: .+\.$/),
    });
  });

  test('a store that falls silent', async () => {
    visit.store.expect((request, response) => {
      response.writeContinue();
      request.pause();
    });
    const sending = send(file(Buffer.alloc(20_000_000)).path, {
      timing: { ...transferTiming, stall: 300, retries: 0 },
    });
    await accept();
    await expect(sending).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('no data was transferred for 0.3 seconds'),
    });
  });
});

describe('a file that changes during the transfer', () => {
  const changed = { failure: 'changed', message: expect.stringMatching(/changed while it was being sent/) };

  test('after it was read', async () => {
    const { path } = file();
    const sending = send(path);
    const asked = await visit.peer.next('file');
    appendFileSync(path, 'more');
    asked.reply({ url: visit.store.url(), method: 'PUT', headers: {}, expiresAt: '2026-11-23T09:00:00Z' });
    await expect(sending).rejects.toMatchObject(changed);
    expect(visit.store.requests).toEqual([]);
  });

  test('while it is sent, and becomes shorter', async () => {
    const { path } = file(Buffer.alloc(20_000_000));
    visit.store.expect((request, response) => {
      writeFileSync(path, 'short');
      response.writeContinue();
      request.on('error', () => {}).resume();
    });
    const sending = send(path);
    await accept();
    await expect(sending).rejects.toMatchObject(changed);
  });

  test('in its bytes only, which the store notices', async () => {
    const { path } = file('first');
    const at = new Date('2026-01-01');
    await utimes(path, at, at);
    const sending = send(path);
    const asked = await visit.peer.next('file');
    writeFileSync(path, 'other');
    await utimes(path, at, at);
    visit.store.expect(refuse(400, 'BadDigest'));
    asked.reply({ url: visit.store.url(), method: 'PUT', headers: {}, expiresAt: '2026-11-23T09:00:00Z' });
    await expect(sending).rejects.toMatchObject(changed);
  });
});

test('an abort ends the upload at once', async () => {
  const { path } = file(Buffer.alloc(50_000_000));
  const giveUp = new AbortController();
  let received = 0;
  const hungUp = new Promise<unknown>((resolve) => {
    visit.store.expect((request, response) => {
      response.writeContinue();
      request.once('data', () => giveUp.abort(new Error('enough')));
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on('error', resolve);
    });
  });
  const sending = send(path, { signal: giveUp.signal });
  await accept();
  await expect(sending).rejects.toThrow('enough');
  await hungUp;
  expect(received).toBeLessThan(50_000_000);
});
