import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ChatProcess } from '../harness/chat-process.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let folder: string;
let sender: ChatProcess;
let recipient: ChatProcess;

const at = (...path: string[]) => join(folder, ...path);

beforeAll(async () => {
  room = await openRoom();
  folder = await mkdtemp(join(tmpdir(), 'chat-names-'));
  for (const user of ['facebook', 'Columbia']) mkdirSync(at(user));
  mkdirSync(at('facebook', 'my folder'));
  await room.register('facebook', 'Columbia');
  // The home folder of the client.
  vi.stubEnv('HOME', at('facebook'));
  sender = await ChatProcess.enter(room.url, 'facebook', { folder: at('facebook') });
  recipient = await ChatProcess.enter(room.url, 'Columbia', { folder: at('Columbia') });
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await Promise.all([sender.kill(), recipient.kill()]);
  await room.close();
  await rm(folder, { recursive: true });
});

/** Sends what is typed, and gets it under a typed name. Returns the name under which it was saved. */
async function pass(typed: string, name: string, typedName = name): Promise<string> {
  sender.type(`file Columbia ${typed}`);
  await sender.sees(`The room has received the file "${name}".`);
  await recipient.sees(/^facebook\(file_transfer\): /);
  recipient.type(`fileget facebook ${typedName}`);
  await recipient.sees(`The file "${name}" has been received.`);
  await recipient.sees(/^It was saved as "/);
  const [, saved = ''] = /^It was saved as "(.*)"\.$/.exec(recipient.lines.at(-1) ?? '') ?? [];
  return saved;
}

describe('a file arrives whose name', () => {
  test.each([
    ['has a colon', '12:30 notes.log', '12_30 notes.log'],
    ['has an emoji with joiners', '👨‍👩‍👧‍👦 at home.png', '👨‍👩‍👧‍👦 at home.png'],
    ['has a Persian non-joiner', 'می‌خواهم.txt', 'می‌خواهم.txt'],
    ['has a question mark and quotes', 'what "now"?.txt', 'what _now_.txt'],
    ['is a Windows device', 'aux.txt', 'aux_.txt'],
    ['ends with a dot', 'the end.', 'the end'],
    ['begins with a dash', '-rf', '_rf'],
  ])('%s: it is saved under a safe name, and its full path is told', async (_, name, saved) => {
    writeFileSync(at('facebook', name), name);
    expect(await pass(name, name)).toBe(at('Columbia', saved));
    expect(readFileSync(at('Columbia', saved), 'utf8')).toBe(name);
  });

  test.each([
    ['has a backslash', 'a\\b', 'a_b'],
    ['begins with a blank', ' a.txt', 'a.txt'],
  ])('%s: the room gets it under another name, and the sender is told', async (_, name, announced) => {
    writeFileSync(at('facebook', name), name);
    expect(await pass(`./${name}`, announced)).toBe(at('Columbia', announced));
    expect(sender.lines).toContain(`Sending "${announced}" (here "${name}") to Columbia ...`);
  });

  test('is not UTF-8', async () => {
    writeFileSync(Buffer.concat([Buffer.from(at('facebook', 'caf')), Buffer.from([0xe9])]), 'latin');
    expect(await pass('caf\ufffd', 'caf\ufffd')).toBe(at('Columbia', 'caf\ufffd'));
  });
});

describe('a file is found that is', () => {
  const inFolder = () => at('facebook', 'my folder', "it's.txt");

  test.each<[string, () => string]>([
    ['in the home folder', () => "~/my folder/it's.txt"],
    ['in the home folder, with escaped blanks', () => "~/my\\ folder/it\\'s.txt"],
    ['in single quotes, as some terminals drop it', () => `'${inFolder().replace("'", "'\\''")}'`],
    ['in double quotes', () => '"my folder/it\'s.txt"'],
    ['after a backslash, as other terminals drop it', () => inFolder().replace(' ', '\\ ').replace("'", "\\'")],
    ['a file URL', () => pathToFileURL(inFolder()).href],
    [
      'a file URL with the name of this machine',
      () => pathToFileURL(inFolder()).href.replace('://', `://${hostname()}`),
    ],
  ])('%s', async (_, typed) => {
    writeFileSync(inFolder(), 'mine');
    expect(readFileSync(await pass(typed(), "it's.txt"), 'utf8')).toBe('mine');
  });

  test.each([
    ['written with accents in the other form', 'caf\u00e9.txt', 'cafe\u0301.txt', 'café.txt'],
    ['written with another kind of blank', 'Shot 10.30 AM.png', 'Shot 10.30\u202fAM.png', 'Shot 10.30\u202fAM.png'],
  ])('%s', async (_, typed, name, announced) => {
    writeFileSync(at('facebook', name), 'mine');
    expect(readFileSync(await pass(typed, announced, typed), 'utf8')).toBe('mine');
  });

  test('typed as it is, although it looks quoted', async () => {
    writeFileSync(at('facebook', "'quoted'"), 'with quotes');
    writeFileSync(at('facebook', 'quoted'), 'without');
    expect(readFileSync(await pass("'quoted'", "'quoted'"), 'utf8')).toBe('with quotes');
  });

  test('one of two that are dropped together', async () => {
    for (const name of ['one of two', 'two of two']) writeFileSync(at('facebook', name), name);
    sender.type("file Columbia 'one of two' 'two of two'");
    const either = /^The room has received the file "(one|two) of two"\.$/;
    await sender.sees(either, either);
  });
});

test('a mistyped name is answered with the nearest one', async () => {
  writeFileSync(at('facebook', 'Report.pdf'), 'report');
  sender.type('file Columbia report.pfd');
  await sender.sees('Error! The file "report.pfd" cannot be read: it does not exist. Did you mean "Report.pdf"?');
  sender.type('file Columbia Report.pdf');
  await recipient.sees('facebook(file_transfer): Report.pdf (6 B)');
  recipient.type('fileget facebook report.pdf');
  await recipient.sees('Error! There is no file "report.pdf" from "facebook". Did you mean "Report.pdf"?');
  recipient.type('fileget facebook "Report.pdf"');
  await recipient.sees('The file "Report.pdf" has been received.');
  expect(readdirSync(at('Columbia'))).toContain('Report.pdf');
});
