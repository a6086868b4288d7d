import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { TestBrowser } from '../harness/browser.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { removeFolder, temporaryFolder } from '../harness/ending.ts';
import { PageUser } from '../harness/page-user.ts';
import { openRoom } from '../harness/room.ts';

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const secondsSince = (start: number) => (performance.now() - start) / 1000;

/** Sends a file from the page to a terminal, and back. */
export async function pageFile({ megabytes }: { readonly megabytes: number }) {
  const [room, browser] = await Promise.all([openRoom(), TestBrowser.open()]);
  const folder = temporaryFolder('chat-page-file-');
  const name = 'big.bin';
  const own = `${folder}/own-${name}`;
  const patience = 600_000;
  try {
    await room.register('Columbia', 'Hudson');
    await writeFile(own, randomBytes(megabytes * 1_000_000));
    const page = await PageUser.enter(browser, room.url, 'Columbia', { acceptDownloads: true });
    page.page.setDefaultTimeout(patience);
    const terminal = await ChatProcess.enter(room.url, 'Hudson', { folder, patience });
    await page.talkTo('Hudson');
    /** Each percentage that the page has shown. */
    await page.page.evaluate(`{
      globalThis.shown = new Set();
      new MutationObserver(() => shown.add(document.querySelector('progress')?.nextElementSibling?.textContent))
        .observe(document.body, { childList: true, subtree: true, characterData: true });
    }`);
    const steps = () => page.page.evaluate<number>('[shown.size, shown.clear()][0]');

    let start = performance.now();
    await page.attach(own);
    await page.sees('Sent. Waiting for Hudson.');
    const sending = { seconds: secondsSince(start), steps: await steps() };
    terminal.type(`fileget Columbia own-${name}`);
    await terminal.sees(`The file "own-${name}" has been received.`);

    start = performance.now();
    terminal.type(`file Columbia own-${name}`);
    await page.button(`Save own-${name}`).waitFor();
    await steps();
    start = performance.now();
    const downloading = page.page.waitForEvent('download');
    await page.press(`Save own-${name}`);
    const path = await (await downloading).path();
    const receiving = { seconds: secondsSince(start), steps: await steps() };
    await terminal.quit();

    const hashes = await Promise.all([own, path].map(hashOf));
    const problems = [
      ...(new Set(hashes).size === 1 ? [] : ['The bytes have changed on their way.']),
      ...(sending.steps > 3 && receiving.steps > 3 ? [] : ['The page has hardly shown any progress.']),
    ];
    return { problems, sending, receiving };
  } finally {
    await browser.close();
    await room.close();
    await removeFolder(folder);
  }
}
