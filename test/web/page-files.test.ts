import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, TestBrowser } from '../harness/browser.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { PageUser } from '../harness/page-user.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.runIf(hasBrowser)('files of the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  beforeAll(async () => {
    [room, browser] = await Promise.all([openRoom(), TestBrowser.open()]);
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });

  test('go to a terminal and come back with the same bytes', async () => {
    await room.register('Columbia', 'Hudson');
    const folder = temporaryFolder('chat-web-files-');
    const page = await PageUser.enter(browser, room.url, 'Columbia', { acceptDownloads: true });
    const terminal = await ChatProcess.enter(room.url, 'Hudson', { folder });
    const bytes = randomBytes(3 * 1024 ** 2);
    await page.talkTo('Hudson');
    const choosing = page.page.waitForEvent('filechooser');
    await page.press('Send a file');
    await (await choosing).setFiles([{ name: 'my plan.bin', mimeType: 'application/pdf', buffer: bytes }]);
    await page.sees('The room has received the file.');
    await terminal.sees(/^Columbia\(file_transfer\): my plan.bin/);
    terminal.type('fileget Columbia my plan.bin');
    await terminal.sees('The file "my plan.bin" has been received.');
    await page.sees('Hudson has received your file "my plan.bin".');
    expect(hashOf(await readFile(`${folder}/my plan.bin`))).toBe(hashOf(bytes));

    terminal.type('file Columbia my plan.bin');
    const downloading = page.page.waitForEvent('download');
    await page.press('Save my plan.bin');
    const download = await downloading;
    await page.sees('Given to your browser to save.');
    expect(download.suggestedFilename()).toBe('my plan.bin');
    expect(hashOf(await readFile(await download.path()))).toBe(hashOf(bytes));
    // The browser may have blocked the first one.
    const savingAgain = page.page.waitForEvent('download');
    await page.press('Save again');
    expect(hashOf(await readFile(await (await savingAgain).path()))).toBe(hashOf(bytes));
    await terminal.sees('Columbia has received your file "my plan.bin".');

    terminal.type('file Columbia my plan.bin');
    await page.press('Decline my plan.bin');
    await page.sees('You have declined this file.');
    await terminal.sees('Columbia has declined your file "my plan.bin".');
    await page.leave();
    await terminal.quit();
    await removeFolder(folder);
  });

  test('that wait are offered after a login and after a reload; a text that is too long is sent as one', async () => {
    await room.register('Writer', 'Absent');
    const page = await PageUser.enter(browser, room.url, 'Writer');
    await page.say('/message Absent hello');
    await page.page.getByRole('main', { name: 'Absent' }).waitFor();
    await page.box.fill('a long text '.repeat(400));
    await page.sees('4800 of 4096 bytes');
    await page.press('Send as a file');
    await page.sees('The room has received the file.');
    const absent = await PageUser.enter(browser, room.url, 'Absent');
    await absent.talkTo('Writer');
    await absent.button(/^Save message .*\.txt$/).waitFor();
    await absent.page.reload();
    await absent.press(/^Decline message .*\.txt$/);
    await absent.sees('You have declined this file.');
    await page.sees(/^Absent has declined your file/);
    await Promise.all([page.leave(), absent.leave()]);
  });
});
