import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ChatProcess } from '../harness/chat-process.ts';
import { FaultProxy } from '../harness/fault-proxy.ts';
import type { RoomFiles } from '../harness/files.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let files: RoomFiles;
let folder: string;
const chats: ChatProcess[] = [];

beforeAll(async () => {
  room = await openRoom();
  files = room.files;
  folder = await mkdtemp(join(tmpdir(), 'chat-files-'));
});
afterEach(async () => {
  await Promise.all(chats.splice(0).map((chat) => chat.kill()));
  await files.clear();
});
afterAll(async () => {
  await room.close();
  await rm(folder, { recursive: true });
});

/** A user's folder. */
const at = (user: string, ...path: string[]) => join(folder, user, ...path);

/** Registers new users, each with a folder. */
async function people<const N extends string>(...names: N[]): Promise<Record<N, string>> {
  scene += 1;
  const users = names.map((name) => [name, `${name}${scene}`] as const);
  await room.register(...users.map(([, user]) => user));
  for (const [, user] of users) mkdirSync(at(user));
  return Object.fromEntries(users) as Record<N, string>;
}
let scene = 0;

async function enter(user: string, url = room.url): Promise<ChatProcess> {
  const chat = await ChatProcess.enter(url, user, { folder: at(user) });
  chats.push(chat);
  return chat;
}

const arrived = (name: string) => `The room has received the file "${name}".`;
const received = (name: string) => `The file "${name}" has been received.`;

describe('a file', () => {
  test('arrives unchanged', async () => {
    const { facebook, Columbia } = await people('facebook', 'Columbia');
    const content = randomBytes(3_000_000);
    writeFileSync(at(facebook, 'test_file.txt'), content);
    const [sender, recipient] = [await enter(facebook), await enter(Columbia)];
    sender.type(`file ${Columbia} test_file.txt`);
    await sender.sees(`Sending "test_file.txt" to ${Columbia} ...`, arrived('test_file.txt'));
    await recipient.sees(`${facebook}(file_transfer): test_file.txt (3 MB)`);
    recipient.type('fileget');
    await recipient.sees(/^File "test_file\.txt" from "facebook\d+", 3 MB, sent \d\d:\d\d\.$/);
    recipient.type(`fileget ${facebook} test_file.txt`);
    await recipient.sees(
      `Receiving "test_file.txt" (3 MB) from ${facebook} ...`,
      received('test_file.txt'),
      `It was saved as "${at(Columbia, 'test_file.txt')}".`,
    );
    expect(readFileSync(at(Columbia, 'test_file.txt')).equals(content)).toBe(true);
    expect(readdirSync(at(Columbia))).toEqual(['test_file.txt']);
    await sender.sees(`${Columbia} has received your file "test_file.txt".`);
    recipient.type('fileget');
    await recipient.sees('No files are waiting for you.');
    await expect.poll(() => files.count()).toEqual({ records: 0, objects: 0 });
  });

  test('waits for an offline recipient, and may be empty', async () => {
    const { facebook, Columbia } = await people('facebook', 'Columbia');
    writeFileSync(at(facebook, 'empty'), '');
    const sender = await enter(facebook);
    sender.type(`file ${Columbia} empty`);
    await sender.sees(arrived('empty'));
    const recipient = await enter(Columbia);
    await recipient.sees(`${facebook}(file_transfer): empty (0 B)`);
    recipient.type(`fileget ${facebook} empty`);
    await recipient.sees(received('empty'));
    expect(readFileSync(at(Columbia, 'empty')).length).toBe(0);
  });

  test('can be declined, and its sender is told', async () => {
    const { facebook, Columbia } = await people('facebook', 'Columbia');
    writeFileSync(at(facebook, 'test_file.txt'), 'hello');
    const [sender, recipient] = [await enter(facebook), await enter(Columbia)];
    sender.type(`file ${Columbia} test_file.txt`);
    await recipient.sees(`${facebook}(file_transfer): test_file.txt (5 B)`);
    recipient.type(`filedecline ${facebook} test_file.txt`);
    await recipient.sees(`You have declined the file "test_file.txt" from "${facebook}".`);
    await sender.sees(`${Columbia} has declined your file "test_file.txt".`);
    recipient.type(`fileget ${facebook} test_file.txt`);
    await recipient.sees(
      `Error! There is no file "test_file.txt" from "${facebook}". Enter "/fileget" to list your files.`,
    );
    expect(readdirSync(at(Columbia))).toEqual([]);
  });

  test('whose name is taken is saved under another name; a second file of that name must wait', async () => {
    const { facebook, Columbia } = await people('facebook', 'Columbia');
    const path = at(facebook, 'my notes.txt');
    const [sender, recipient] = [await enter(facebook), await enter(Columbia)];
    for (const [content, name] of [
      ['first', 'my notes.txt'],
      ['second', 'my notes (1).txt'],
    ] as const) {
      writeFileSync(path, content);
      sender.type(`file ${Columbia} my notes.txt`);
      await sender.sees(arrived('my notes.txt'));
      await recipient.sees(`${facebook}(file_transfer): my notes.txt (${content.length} B)`);
      sender.type(`file ${Columbia} my notes.txt`);
      await sender.sees(
        `Error! A file "my notes.txt" from you is already waiting for ${Columbia}. Rename yours, or try again later.`,
      );
      recipient.type(`fileget ${facebook} my notes.txt`);
      await recipient.sees(received('my notes.txt'));
      expect(readFileSync(at(Columbia, name), 'utf8')).toBe(content);
    }
    await recipient.sees(`It was saved as "${at(Columbia, 'my notes (1).txt')}".`);
    expect(readdirSync(at(Columbia)).sort()).toEqual(['my notes (1).txt', 'my notes.txt']);
  });
});

test('two files are transferred at once while users chat', async () => {
  const { facebook, Columbia } = await people('facebook', 'Columbia');
  for (const name of ['first', 'second']) writeFileSync(at(facebook, name), randomBytes(2_000_000));
  const proxy = await FaultProxy.open(room.url);
  try {
    const holds = [proxy.hold('PUT', 'half'), proxy.hold('PUT', 'half')];
    const [sender, recipient] = [await enter(facebook, proxy.url), await enter(Columbia)];
    sender.type(`file ${Columbia} first`, `file ${Columbia} second`);
    await Promise.all(holds.map(({ reached }) => reached));
    // Hold both transfers halfway.
    sender.type(`message ${Columbia} meanwhile`);
    await recipient.sees(`${facebook}(private): meanwhile`);
    recipient.type(`message ${facebook} all right`, 'broadcast to all');
    await sender.sees(`${Columbia}(private): all right`, `${Columbia}(broadcast): to all`);
    for (const name of ['first', 'second']) expect(sender.lines).not.toContain(arrived(name));
    for (const { release } of holds) release();
    const eachArrived = /^The room has received the file "(first|second)"\.$/;
    await sender.sees(eachArrived, eachArrived);
    await recipient.sees(/\(file_transfer\): (first|second) \(2 MB\)$/, /\(file_transfer\): (first|second) \(2 MB\)$/);
    recipient.type(`fileget ${facebook} first`, `fileget ${facebook} second`);
    const eachReceived = /^The file "(first|second)" has been received\.$/;
    await recipient.sees(eachReceived, eachReceived);
    for (const name of ['first', 'second']) {
      expect(readFileSync(at(Columbia, name)).equals(readFileSync(at(facebook, name)))).toBe(true);
    }
  } finally {
    await proxy.close();
  }
});

test('a script that sends a file and quits completes the upload', async () => {
  const { facebook, Columbia } = await people('facebook', 'Columbia');
  const content = randomBytes(5_000_000);
  writeFileSync(at(facebook, 'test_file.txt'), content);
  const script = new ChatProcess(room.url, { folder: at(facebook) });
  chats.push(script);
  script.type(facebook, password, `file ${Columbia} test_file.txt`, 'quit');
  expect(await script.exited).toBe(0);
  await script.sees(arrived('test_file.txt'), 'You are leaving the chat room. See you again!');
  const recipient = await enter(Columbia);
  await recipient.sees(`${facebook}(file_transfer): test_file.txt (5 MB)`);
  recipient.type(`fileget ${facebook} test_file.txt`, 'quit');
  expect(await recipient.exited).toBe(0);
  expect(readFileSync(at(Columbia, 'test_file.txt')).equals(content)).toBe(true);
});

test('a file whose URL has expired before the upload is uploaded to a new one', async () => {
  const { facebook, Columbia } = await people('facebook', 'Columbia');
  const proxy = await FaultProxy.open(room.url);
  try {
    writeFileSync(at(facebook, 'test_file.txt'), 'hello');
    const sender = await enter(facebook, proxy.url);
    const upload = proxy.hold('PUT', 'before');
    sender.type(`file ${Columbia} test_file.txt`);
    await upload.reached;
    room.local.clock.forward(5 * 60_000);
    upload.release();
    await sender.sees(arrived('test_file.txt'));
    const recipient = await enter(Columbia);
    recipient.type(`fileget ${facebook} test_file.txt`);
    await recipient.sees(received('test_file.txt'));
    expect(readFileSync(at(Columbia, 'test_file.txt'), 'utf8')).toBe('hello');
  } finally {
    await proxy.close();
  }
});

describe('one error line is printed for', () => {
  test('files that cannot be sent, and wrong recipients', async () => {
    const { facebook, Columbia, SEAS } = await people('facebook', 'Columbia', 'SEAS');
    mkdirSync(at(facebook, 'folder'));
    writeFileSync(at(facebook, 'test_file.txt'), 'hello');
    writeFileSync(at(facebook, 'zero\u200bwidth.txt'), 'hello');
    writeFileSync(at(facebook, 'too large'), Buffer.alloc(2000));
    symlinkSync('loop', at(facebook, 'loop'));
    const [sender, other] = [await enter(facebook), await enter(SEAS)];
    other.type(`block ${facebook}`);
    await other.sees(`You have blocked ${facebook} from sending you messages.`);
    await room.change('maxFileBytes', 1000);
    for (const [command, line] of [
      [`file ${Columbia} nowhere.txt`, 'Error! The file "nowhere.txt" cannot be read: it does not exist.'],
      [`file ${Columbia} loop`, 'Error! The file "loop" cannot be read: it is a symbolic link.'],
      [`file ${Columbia} folder`, 'Error! "folder" is a folder. Pack it into one file, and send that.'],
      [`file ${Columbia} /dev/zero`, 'Error! "/dev/zero" is not a file.'],
      [
        `file ${Columbia} zero\u200bwidth.txt`,
        'Error! The file "zero\\u{200b}width.txt" cannot be sent: a file name must not contain an invisible character, such as U+200B in this one. Rename it first.',
      ],
      [`file ${Columbia} too large`, 'Error! The file "too large" is too large. The limit is 1000 B.'],
      [`file ${SEAS} test_file.txt`, `Error! ${SEAS} has blocked you, so you cannot send them files.`],
      [`file ${facebook} test_file.txt`, 'Error! You cannot send a file to yourself.'],
      ['file nobody test_file.txt', 'Error! There is no user "nobody". Check the name and try again.'],
      [`file ${Columbia}`, 'Error! Usage: file <receiver> <filename>'],
      [`fileget ${Columbia}`, 'Error! Usage: fileget [<source> <filename>]'],
      [
        `filedecline ${Columbia} x`,
        `Error! There is no file "x" from "${Columbia}". Enter "/fileget" to list your files.`,
      ],
    ] as const) {
      sender.type(command);
      await sender.sees(line);
    }
    await room.change('maxFileBytes', 100 * 1024 ** 2);
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });

  test('a recipient who deregistered or blocked the sender before the upload ended', async () => {
    const { facebook, Columbia, SEAS } = await people('facebook', 'Columbia', 'SEAS');
    writeFileSync(at(facebook, 'test_file.txt'), 'hello');
    const proxy = await FaultProxy.open(room.url);
    try {
      const sender = await enter(facebook, proxy.url);
      const toColumbia = proxy.hold('PUT', 'before');
      sender.type(`file ${Columbia} test_file.txt`);
      await toColumbia.reached;
      const leaver = await room.connect();
      await leaver.get('deregister', { user: Columbia, password });
      toColumbia.release();
      await sender.sees(/^Your file "test_file.txt" has not reached Columbia\d+: this user no longer exists\.$/);

      const toSeas = proxy.hold('PUT', 'before');
      sender.type(`file ${SEAS} test_file.txt`);
      await toSeas.reached;
      const other = await room.enter(SEAS);
      await other.get('block', { user: facebook });
      toSeas.release();
      await sender.sees(/^Your file "test_file.txt" has not reached SEAS\d+: the recipient has since blocked you\.$/);
      expect(other.events('file')).toEqual([]);
      await expect.poll(() => files.count()).toEqual({ records: 0, objects: 0 });
    } finally {
      await proxy.close();
    }
  });

  test('an upload of other bytes of the same size', async () => {
    const { facebook, Columbia } = await people('facebook', 'Columbia');
    writeFileSync(at(facebook, 'test_file.txt'), 'hello');
    const proxy = await FaultProxy.open(room.url);
    try {
      const sender = await enter(facebook, proxy.url);
      const upload = proxy.hold('PUT', 'before');
      sender.type(`file ${Columbia} test_file.txt`);
      await upload.reached;
      const [record] = await files.records();
      // The presigned URL itself does not accept other bytes.
      await files.plant(String(record?.['objectKey']), Buffer.from('HELLO'));
      await sender.sees(
        /^Your file "test_file.txt" has not reached .*: the uploaded bytes are not those that were announced\.$/,
      );
      await sender.kill();
      upload.release();
    } finally {
      await proxy.close();
    }
    await expect.poll(() => files.count()).toEqual({ records: 0, objects: 0 });
  });

  test('an upload that was never completed', async () => {
    const { facebook, Columbia } = await people('facebook', 'Columbia');
    writeFileSync(at(facebook, 'test_file.txt'), Buffer.alloc(1_000_000));
    const proxy = await FaultProxy.open(room.url);
    try {
      const sender = await enter(facebook, proxy.url);
      const half = proxy.hold('PUT', 'half');
      sender.type(`file ${Columbia} test_file.txt`);
      await half.reached;
      await sender.kill();
      half.release();
    } finally {
      await proxy.close();
    }
    await files.clear();
    const again = await enter(facebook);
    await again.sees(/^Your file "test_file.txt" has not reached Columbia\d+: the upload was never completed\.$/);
    expect(await files.count()).toEqual({ records: 0, objects: 0 });
  });
});
