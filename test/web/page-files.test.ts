import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { hasBrowser, type TestBrowser } from '../harness/browser.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { FaultProxy } from '../harness/fault-proxy.ts';
import { get, send, sha256Of } from '../harness/files.ts';
import { PageUser } from '../harness/page-user.ts';
import { password, type SceneRoom } from '../harness/room.ts';
import { withRoomAndBrowser } from '../harness/room-and-browser.ts';

describe.runIf(hasBrowser)('files of the page', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  withRoomAndBrowser((both) => {
    ({ room, browser } = both);
  });

  test('go to a terminal and come back with the same bytes', async () => {
    await room.register('Columbia', 'Hudson');
    const folder = temporaryFolder('chat-web-files-');
    const page = await PageUser.enter(browser, room.url, 'Columbia', { acceptDownloads: true });
    const terminal = await ChatProcess.enter(room.url, 'Hudson', { folder });
    const bytes = randomBytes(3 * 1024 ** 2);
    await page.talkTo('Hudson');
    await page.attach({ name: 'my plan.bin', mimeType: 'application/pdf', buffer: bytes });
    await page.sees('Sent. Waiting for Hudson.');
    await terminal.sees(/^Columbia\(file_transfer\): my plan.bin/);
    terminal.type('fileget Columbia my plan.bin');
    await terminal.sees('The file "my plan.bin" has been received.');
    await page.sees('Saved by Hudson.');
    expect(await page.page.getByText('has received your file').count()).toBe(0);
    expect(sha256Of(await readFile(`${folder}/my plan.bin`))).toBe(sha256Of(bytes));

    terminal.type('file Columbia my plan.bin');
    const downloading = page.page.waitForEvent('download');
    await page.press('Save my plan.bin');
    const download = await downloading;
    await page.sees("Received. See your browser's downloads.");
    expect(download.suggestedFilename()).toBe('my plan.bin');
    expect(sha256Of(await readFile(await download.path()))).toBe(sha256Of(bytes));
    // The browser may have blocked the first one.
    const savingAgain = page.page.waitForEvent('download');
    await page.press('Save again');
    expect(sha256Of(await readFile(await (await savingAgain).path()))).toBe(sha256Of(bytes));
    await terminal.sees('Columbia has received your file "my plan.bin".');

    terminal.type('file Columbia my plan.bin');
    await page.press('Decline my plan.bin');
    await page.sees("Decline Hudson's file? It will be deleted.");
    await page.press('Keep it');
    await page.press('Decline my plan.bin');
    await page.press('Decline');
    await page.sees('You have declined this file.');
    await terminal.sees('Columbia has declined your file "my plan.bin".');
    await page.page.reload();
    await page.sees('You have saved this file.');
    await page.sees('You have declined this file.');
    await page.leave();
    await terminal.quit();
    await removeFolder(folder);
  });

  test('survive a lost connection to the store, and can be cancelled and begun again', async () => {
    await room.register('Mobile', 'Steady');
    const proxy = await FaultProxy.open(room.url);
    const steady = await room.enter('Steady');
    const bytes = randomBytes(4 * 1024 ** 2);
    await send(steady, 'Mobile', { name: 'down.bin', bytes });
    const folder = temporaryFolder('chat-web-files-');
    const [up, late] = [`${folder}/up.bin`, `${folder}/late.bin`] as const;
    await Promise.all([up, late].map((path) => writeFile(path, bytes)));
    const page = await PageUser.enter(browser, proxy.url, 'Mobile', { acceptDownloads: true });
    page.visitor.expectProblem(/net::ERR_/);
    await page.talkTo('Steady');

    // Half of it came. The rest is requested, and no more.
    const lostDownload = proxy.hold('GET', 'half');
    const downloading = page.page.waitForEvent('download');
    await page.press('Save down.bin');
    await page.sees(/^[3-6]\d %$/);
    lostDownload.cut();
    expect(sha256Of(await readFile(await (await downloading).path()))).toBe(sha256Of(bytes));
    expect(proxy.bytes.got).toBeLessThan(1.2 * bytes.length);
    expect(await steady.event('file-received')).toMatchObject({ name: 'down.bin' });

    const cancelledUpload = proxy.hold('PUT', 'half');
    await page.attach(up);
    await cancelledUpload.reached;
    await page.press('Cancel');
    await page.sees('Cancelled.');
    cancelledUpload.cut();
    const lostUpload = proxy.hold('PUT', 'half');
    await page.attach(up);
    await lostUpload.reached;
    lostUpload.cut();
    await page.sees('Sent. Waiting for Steady.');
    const place = await steady.get('fileget', { from: 'Mobile', name: 'up.bin' });
    expect(sha256Of((await get(place)).body)).toBe(sha256Of(bytes));

    const endedUpload = proxy.hold('PUT', 'half');
    await page.attach(late);
    await endedUpload.reached;
    await room.admin({ command: 'kick', user: 'Mobile' });
    await page.field('Password').fill(password);
    await page.press('Log in again');
    await page.box.waitFor();
    // It says so.
    await page.log.getByText('late.bin').first().waitFor();
    await page.log.getByText('Cancelled.').waitFor();
    endedUpload.cut();

    await send(steady, 'Mobile', { name: 'again.bin', bytes });
    const cancelledDownload = proxy.hold('GET', 'half');
    await page.press('Save again.bin');
    await cancelledDownload.reached;
    await page.press('Cancel');
    cancelledDownload.cut();
    // A reload forgets what has arrived, and the file is still offered.
    const left = proxy.hold('GET', 'half');
    await page.press('Try again');
    await left.reached;
    page.page.on('dialog', (dialog) => void dialog.accept());
    await page.page.reload();
    left.cut();
    const whole = page.page.waitForEvent('download');
    await page.press('Save again.bin');
    expect(sha256Of(await readFile(await (await whole).path()))).toBe(sha256Of(bytes));
    await page.leave();
    await steady.close();
    await proxy.close();
    await removeFolder(folder);
  });

  test('that wait are offered after a login and after a reload; a text that is too long is sent as one', async () => {
    await room.register('Writer', 'Absent');
    const page = await PageUser.enter(browser, room.url, 'Writer');
    await page.say('/message Absent hello');
    await page.page.getByRole('main', { name: 'Absent' }).waitFor();
    await page.box.fill('a long text '.repeat(400));
    await page.sees('Too long by about 704 characters');
    await page.press('Send as a file');
    await page.sees('Sent. Waiting for Absent.');
    const absent = await PageUser.enter(browser, room.url, 'Absent');
    await absent.talkTo('Writer');
    await absent.button(/^Save message .*\.txt$/).waitFor();
    await absent.page.reload();
    await absent.press(/^Decline message .*\.txt$/);
    await absent.press('Decline');
    await absent.sees('You have declined this file.');
    await page.sees('Declined by Absent.');
    await Promise.all([page.leave(), absent.leave()]);
  });

  test('are taken when they are dropped or pasted, and go to one user only', async () => {
    await room.register('Dropper', 'Collector');
    const collector = await room.enter('Collector');
    const page = await PageUser.enter(browser, room.url, 'Dropper');
    const hint = /^A file goes to one user/;
    /** Files that come with an event, as a browser makes it. */
    const give = (event: 'paste' | 'dragover' | 'drop', name: string) =>
      page.page.evaluate(`{
        const data = new DataTransfer();
        data.items.add(new File(['Content'], ${JSON.stringify(name)}));
        const happens = { bubbles: true, cancelable: true };
        document.querySelector('textarea').dispatchEvent('${event}' === 'paste'
          ? new ClipboardEvent('paste', { ...happens, clipboardData: data })
          : new DragEvent('${event}', { ...happens, dataTransfer: data }));
      }`);
    await give('paste', 'nowhere.txt');
    await page.log.getByText(hint).waitFor();
    await give('dragover', 'nowhere.txt');
    await page.page.locator('.drop').getByText(hint).waitFor();
    await give('drop', 'nowhere.txt');
    await expect.poll(() => page.log.getByText(hint).count()).toBe(2);
    await page.press('Send a file');
    await expect.poll(() => page.log.getByText(hint).count()).toBe(3);
    await page.talkTo('Collector');
    await give('paste', 'pasted.txt');
    expect(await collector.event('file')).toMatchObject({ from: 'Dropper', name: 'pasted.txt', size: 7 });
    await give('dragover', 'dropped.txt');
    await page.sees('Drop files here to send them to Collector');
    await give('drop', 'dropped.txt');
    expect(await collector.event('file')).toMatchObject({ name: 'dropped.txt' });
    expect(await page.page.getByText('Drop files here').count()).toBe(0);
    await page.leave();
    await collector.get('logout', {});
  });

  test('are not given to the user when their bytes are wrong, and can be declined then', async () => {
    await room.register('Wary');
    const sender = await room.enter('Sender');
    const page = await PageUser.enter(browser, room.url, 'Wary');
    const file = { name: 'broken.bin', bytes: Buffer.from('Content') };
    const place = await send(sender, 'Wary', file);
    await page.talkTo('Sender');
    await page.button('Save broken.bin').waitFor();
    await room.files.plant(new URL(place.url).pathname.split('/').slice(2).join('/'), Buffer.from('Contend'));
    let downloads = 0;
    page.page.on('download', () => {
      downloads += 1;
    });
    await page.press('Save broken.bin');
    await page.sees('The received bytes are not those of the announced file.');
    expect(downloads).toBe(0);
    await page.press('Decline broken.bin');
    await page.press('Decline');
    await page.sees('You have declined this file.');
    expect(await sender.event('file-declined')).toMatchObject({ name: 'broken.bin' });
    await page.leave();
    await sender.get('logout', {});
  });
});
