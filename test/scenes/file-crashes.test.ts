import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ChatProcess } from '../harness/chat-process.ts';
import { FaultProxy, type InterceptPoint, type Stage } from '../harness/fault-proxy.ts';
import type { RoomFiles } from '../harness/files.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let files: RoomFiles;
let proxy: FaultProxy;
let folder: string;
const chats: ChatProcess[] = [];

beforeAll(async () => {
  room = await openRoom();
  files = room.files;
  proxy = await FaultProxy.open(room.url);
  folder = await mkdtemp(join(tmpdir(), 'chat-crashes-'));
});
// Clean up after a failed test.
afterEach(() => files.clear());
afterAll(async () => {
  await Promise.all(chats.map((chat) => chat.kill()));
  await proxy.close();
  await room.close();
  await rm(folder, { recursive: true });
});

const content = randomBytes(1_000_000);
const name = 'test_file.txt';

/** Two new users; the sender has a file. */
async function people() {
  count += 1;
  const [facebook, Columbia] = [`facebook${count}`, `Columbia${count}`];
  await room.register(facebook, Columbia);
  for (const user of [facebook, Columbia]) mkdirSync(join(folder, user));
  writeFileSync(join(folder, facebook, name), content);
  return { facebook, Columbia };
}
let count = 0;

async function enter(user: string): Promise<ChatProcess> {
  const chat = await ChatProcess.enter(proxy.url, user, { folder: join(folder, user) });
  chats.push(chat);
  return chat;
}

/** Lets a client act, and kills it at the chosen request and stage. */
async function killAt(
  point: InterceptPoint,
  stage: Stage,
  chat: ChatProcess,
  command: string,
  isThere = async () => {},
): Promise<void> {
  const { reached, release, cut } = proxy.hold(point, stage);
  chat.type(command);
  await reached;
  await isThere();
  await chat.kill();
  if (stage === 'half') cut();
  else release();
}

/** The size of the part file in a user's folder. */
function partBytes(user: string): number {
  const parts = readdirSync(join(folder, user)).filter((file) => file.endsWith('.part'));
  return parts.reduce((bytes, part) => bytes + statSync(join(folder, user, part)).size, 0);
}

const nothing = { records: 0, objects: 0 };

/** Checks that every record has its object and vice versa. */
async function roomIsConsistent(): Promise<void> {
  const [records, objects] = await Promise.all([files.records(), files.objects()]);
  const known = records.map((record) => JSON.stringify(record));
  for (const key of objects) expect(known.some((record) => record.includes(key))).toBe(true);
}

const listed = (lines: readonly string[]) => lines.some((line) => line.startsWith(`File "${name}" from`));

/** The line that tells the recipient of the file. */
const announced = (from: string) => `${from}(file_transfer): ${name} (${prettyBytes(content.length)})`;

/** Whether the file waits for the user. */
async function offered(chat: ChatProcess): Promise<boolean> {
  chat.type('fileget');
  await chat.sees(/^(File "|No files are waiting for you)/);
  return listed(chat.lines.slice(-1));
}

/** Downloads the file, and checks that the folder contains only the complete file. */
async function gets(chat: ChatProcess, user: string, from: string): Promise<void> {
  chat.type(`fileget ${from} ${name}`);
  await chat.sees(`The file "${name}" has been received.`);
  expect(readdirSync(join(folder, user))).toEqual([name]);
  expect(readFileSync(join(folder, user, name)).equals(content)).toBe(true);
}

test.each([
  ['file', 'before'],
  ['file', 'unanswered'],
  ['file', 'after'],
  ['PUT', 'before'],
  ['PUT', 'half'],
  ['PUT', 'unanswered'],
  ['PUT', 'after'],
] as const)(
  'the sender is killed at %s, %s: the file arrives completely or not at all, and can be sent again',
  async (point, stage) => {
    const { facebook, Columbia } = await people();
    await killAt(point, stage, await enter(facebook), `file ${Columbia} ${name}`);

    const arrives = point === 'PUT' && (stage === 'unanswered' || stage === 'after');
    const recipient = await enter(Columbia);
    if (arrives) await recipient.sees(announced(facebook));
    expect(await offered(recipient)).toBe(arrives);
    await roomIsConsistent();
    if (arrives) await gets(recipient, Columbia, facebook);
    else {
      const again = await enter(facebook);
      again.type(`file ${Columbia} ${name}`);
      await again.sees(`The room has received the file "${name}".`);
      await recipient.sees(announced(facebook));
      await gets(recipient, Columbia, facebook);
      await again.quit();
    }
    await recipient.quit();
    await expect.poll(() => files.count()).toEqual(nothing);
  },
);

test.each(['before', 'half', 'unanswered'] as const)(
  'the sender is killed in the upload, %s, and never comes back: the tidying run deletes record and bytes',
  async (stage) => {
    const { facebook, Columbia } = await people();
    await killAt('PUT', stage, await enter(facebook), `file ${Columbia} ${name}`);
    if (stage === 'unanswered') await expect.poll(async () => (await files.records())[0]?.['state']).toBe('stored');
    await files.clear();
    expect(await files.count()).toEqual(nothing);
  },
);

test.each([
  ['fileget', 'before'],
  ['fileget', 'unanswered'],
  ['fileget', 'after'],
  ['GET', 'before'],
  ['GET', 'half'],
  ['GET', 'after'],
  ['filedone', 'before'],
  ['filedone', 'unanswered'],
  ['filedone', 'after'],
] as const)(
  'the recipient is killed at %s, %s: the file is complete, or the next fileget downloads it',
  async (point, stage) => {
    const { facebook, Columbia } = await people();
    const sender = await enter(facebook);
    sender.type(`file ${Columbia} ${name}`);
    await sender.sees(`The room has received the file "${name}".`);
    const first = await enter(Columbia);
    await first.sees(announced(facebook));
    // The forwarded bytes may not be on the disk yet.
    const partIsThere = () => expect.poll(() => partBytes(Columbia)).toBeGreaterThan(0);
    await killAt(point, stage, first, `fileget ${facebook} ${name}`, stage === 'half' ? partIsThere : undefined);
    await roomIsConsistent();

    const again = await enter(Columbia);
    const isOver = point === 'filedone' && stage !== 'before';
    const served = proxy.bytes.got;
    expect(await offered(again)).toBe(!isOver);
    if (isOver) {
      again.type(`fileget ${facebook} ${name}`);
      await again.sees(/^Error! There is no file/);
      expect(readdirSync(join(folder, Columbia))).toEqual([name]);
      expect(readFileSync(join(folder, Columbia, name)).equals(content)).toBe(true);
    } else {
      await gets(again, Columbia, facebook);
      if (stage === 'half') expect(proxy.bytes.got - served).toBeLessThan(content.length);
      if (point === 'filedone') expect(proxy.bytes.got - served).toBe(0);
    }
    await sender.sees(`${Columbia} has received your file "${name}".`);
    await again.quit();
    await sender.quit();
    await expect.poll(() => files.count()).toEqual(nothing);
  },
);

test.each(['before', 'unanswered', 'after'] as const)(
  'the recipient is killed while declining, %s: the file still waits, or is gone',
  async (stage) => {
    const { facebook, Columbia } = await people();
    const sender = await enter(facebook);
    sender.type(`file ${Columbia} ${name}`);
    const first = await enter(Columbia);
    await first.sees(announced(facebook));
    await killAt('filedecline', stage, first, `filedecline ${facebook} ${name}`);
    const again = await enter(Columbia);
    expect(await offered(again)).toBe(stage === 'before');
    if (stage === 'before') await gets(again, Columbia, facebook);
    else await sender.sees(`${Columbia} has declined your file "${name}".`);
    await again.quit();
    await sender.quit();
    await expect.poll(() => files.count()).toEqual(nothing);
  },
);
