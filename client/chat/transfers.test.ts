import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prompt } from '../testing/open-terminal.ts';
import { broadcast, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { ScriptedStore, sha256 } from '../testing/scripted-store.ts';
import { TerminalDriver, withoutTime } from '../testing/terminal-driver.ts';

let folder: string;
let scripted: ScriptedRoom;
let store: ScriptedStore;
let typist: TerminalDriver;
let peer: Peer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'transfers-'));
  [scripted, store] = await Promise.all([ScriptedRoom.start(), ScriptedStore.start()]);
  // Files are saved in the working directory.
  typist = new TerminalDriver({ url: scripted.url, cwd: folder, columns: 100 });
  await typist.seeLast('>>');
  typist.enter('facebook');
  await typist.see((rows) => rows.at(-2) === 'Please enter your password:');
  typist.enter('wastingtime');
  peer = await scripted.peer();
  await scripted.letIn(peer);
  await typist.seeLast(prompt.trimEnd());
});

afterEach(async () => {
  await Promise.all([scripted.close(), store.close()]);
  typist.close();
  await typist.exited;
  rmSync(folder, { recursive: true });
});

/** Sends a file of this size. The store holds the upload halfway until the test continues it. */
async function sendHalf(name: string, size = 1_000_000) {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(size));
  let goOn: () => void = () => {};
  const half = new Promise<void>((resolve) => {
    store.expect((request, response) => {
      response.writeContinue();
      let length = 0;
      request
        .on('error', () => {})
        .on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length < size / 2 || length - chunk.length >= size / 2) return;
          request.pause();
          goOn = () => {
            void buffer(request).then(() => response.end());
          };
          resolve();
        });
    });
  });
  typist.enter(`file Columbia ${path}`);
  const asked = await peer.next('file');
  asked.reply({ url: store.url(), method: 'PUT', headers: {}, expiresAt: '2026-11-23T09:00:00.000Z' });
  await half;
  return { goOn: () => goOn() };
}

test('during an upload the user can chat, and the progress is shown above the typed line', async () => {
  const { goOn } = await sendHalf('test_file.txt', 40_000_000);
  await typist.see((rows) => rows.some((row) => row.includes('Sending "test_file.txt" to Columbia ...')));
  typist.type('broadcast meanwh');
  await typist.see(
    (rows) =>
      /^\[#+-+\] {2,4}\d+ % {2}.*test_file\.txt to Columbia$/.test(rows.at(-2) ?? '') &&
      rows.at(-1) === `${prompt}broadcast meanwh`,
  );
  typist.enter('ile');
  (await peer.next('broadcast')).reply({ seq: 1, sentAt: '2026-11-23T09:00:00.000Z', online: 1 });
  peer.event(broadcast(1, 'meanwhile'));
  await typist.see((rows) => rows.some((row) => withoutTime(row) === 'facebook(broadcast): meanwhile'));
  goOn();
  await typist.see((rows) => rows.at(-1) === prompt.trimEnd() && !rows.some((row) => row.includes(' % ')));
  expect(typist.rows.slice(-2)).toEqual(['The room has received the file "test_file.txt".', prompt.trimEnd()]);
});

test('during a download the rate and the time left are shown', async () => {
  const content = Buffer.alloc(1_000_000, 'x');
  let goesOn = true;
  store.expect(async (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    let given = 0;
    for (; goesOn && given < 900_000; given += 1_000) {
      response.write(content.subarray(given, given + 1_000));
      await sleep(50);
    }
    response.end(content.subarray(given));
  });
  typist.enter('fileget Columbia film.mov');
  const sentAt = '2026-11-23T09:00:00.000Z';
  const offer = { from: 'Columbia', name: 'film.mov', size: content.length, sha256: sha256(content), sentAt };
  (await peer.next('fileget')).reply({ ...offer, url: store.url(), expiresAt: sentAt });
  await typist.see((rows) =>
    /^\[#*-+\] +\d+ % {2}[\d.]+ [kM]?B\/s {2}\d+:\d\d left {2}film\.mov from Columbia$/.test(rows.at(-2) ?? ''),
  );
  goesOn = false;
  (await peer.next('filedone')).reply({});
  await typist.see(
    (rows) => rows.at(-2)?.endsWith(`${join(folder, 'film.mov')}".`) === true && rows.at(-1) === prompt.trimEnd(),
  );
  expect(readFileSync(join(folder, 'film.mov')).equals(content)).toBe(true);
});

test('each of several transfers has its own line', async () => {
  const first = await sendHalf('first.txt', 40_000_000);
  const second = await sendHalf('second.txt', 40_000_000);
  await typist.see(
    (rows) => /first\.txt to Columbia$/.test(rows.at(-3) ?? '') && /second\.txt to Columbia$/.test(rows.at(-2) ?? ''),
  );
  second.goOn();
  await typist.see((rows) => rows.at(-1) === prompt.trimEnd() && /first\.txt to Columbia$/.test(rows.at(-2) ?? ''));
  first.goOn();
  await typist.see((rows) => rows.at(-1) === prompt.trimEnd() && !rows.some((row) => row.includes(' % ')));
});

test('a quit during a transfer waits until it is finished', async () => {
  const { goOn } = await sendHalf('test_file.txt');
  typist.enter('quit');
  await typist.see((rows) =>
    rows.some((row) => row.includes('Waiting for 1 file transfer to finish. Press Ctrl+C to cancel it.')),
  );
  goOn();
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
  // The exit may be reported before the last line is shown.
  await expect
    .poll(() => typist.rows.slice(-2))
    .toEqual(['The room has received the file "test_file.txt".', 'You are leaving the chat room. See you again!']);
});

test('Ctrl+C cancels the transfers', async () => {
  await sendHalf('test_file.txt');
  typist.type('\u0003');
  (await peer.next('logout')).reply({});
  expect(await typist.exited).toBe(0);
  await expect.poll(() => typist.rows.at(-1)).toBe('You are leaving the chat room. See you again!');
  expect(typist.rows.join('\n')).not.toContain('Error');
});

test('dangerous names from a room are escaped', async () => {
  const name = '\u001b[2J../../../tmp/\u202egpj.exe';
  typist.enter('fileget');
  (await peer.next('fileget')).reply({
    files: [
      { from: 'eve\u0007', name, size: 3, sha256: sha256(Buffer.from('abc')), sentAt: '2026-11-23T09:00:00.000Z' },
    ],
    more: false,
  });
  await typist.see((rows) =>
    rows.some((row) =>
      row.includes('File "\\e[2J../../../tmp/\\u{202e}gpj.exe" from "eve\\u{7}", 3 B, sent 2026-11-23 '),
    ),
  );
});

test('a refusal is printed as one line', async () => {
  typist.enter('fileget Columbia test_file.txt');
  (await peer.next('fileget')).refuse('no-such-file');
  await typist.see((rows) =>
    rows.some(
      (row) => row === 'Error! There is no file "test_file.txt" from "Columbia". Enter "/fileget" to list your files.',
    ),
  );
  const path = join(folder, 'test_file.txt');
  writeFileSync(path, 'hello');
  typist.enter(`file Columbia ${path}`);
  (await peer.next('file')).refuse('file-too-large', { limit: 100 * 1024 ** 2 });
  await typist.see((rows) =>
    rows.some((row) => row === 'Error! The file "test_file.txt" is too large. The limit is 100 MiB.'),
  );
});
