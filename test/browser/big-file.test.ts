import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RoomConnection } from '../../client/room/browser.ts';
import { hasBrowser, TestBrowser, type Visitor } from '../harness/browser.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import type { Library } from './library.ts';
import { bundleForPages } from './library-page.ts';

/** Names of a page. */
declare const library: Library;
declare const room: RoomConnection;

const bytes = 50_000_000;

describe.runIf(hasBrowser)('with the room and its S3', () => {
  let served: SceneRoom;
  let browser: TestBrowser;
  let script: string;
  beforeAll(async () => {
    [served, browser, script] = await Promise.all([
      openRoom(),
      TestBrowser.open(),
      bundleForPages('test/browser/library.ts'),
    ]);
    await served.register('facebook', 'Columbia');
  });
  afterAll(() => Promise.all([served?.close(), browser?.close()]));

  /** Logs in on a page of the room's own origin, which its bucket answers. */
  async function logIn(user: string): Promise<Visitor['page']> {
    // The page's policy allows no script of the test.
    const origin = served.url.replace(/^ws/, 'http');
    const visitor = await browser.visit(`${origin}/robots.txt`, { bypassCSP: true });
    visitor.expectProblem(/status of (404|500)/);
    const { page } = visitor;
    await page.addScriptTag({ content: script, type: 'module' });
    await page.waitForFunction('() => globalThis.library');
    await page.evaluate(
      async ({ url, user, password }) => {
        const room = await library.connect({ url });
        await room.login(user, password);
        Object.assign(globalThis, { room });
      },
      { url: served.url, user, password },
    );
    return page;
  }

  test('50 MB go from page to page unchanged, though the store fails once in each direction', async () => {
    const [sender, receiver] = [await logIn('facebook'), await logIn('Columbia')];
    const failed: string[] = [];
    served.local.faults.beforeS3 = ({ operation }) => {
      if (!['PutObject', 'GetObject'].includes(operation) || failed.includes(operation)) return undefined;
      failed.push(operation);
      return 500;
    };
    const sent = await sender.evaluate((bytes) => {
      const content = new Uint32Array(bytes / 4).map((_, i) => (i * 2_654_435_761) >>> 0);
      return library.sendFile(room, { to: 'Columbia', file: new File([content], 'big.bin') });
    }, bytes);
    expect(sent).toMatchObject({ name: 'big.bin', size: bytes });
    const got = await receiver.evaluate(async () => {
      let size = 0;
      const sink = new library.BlobSink((file) => {
        size = file.size;
      });
      const got = await library.getFile(room, { from: 'facebook', name: 'big.bin', sink });
      return { ...got, blob: size };
    });
    expect(got).toEqual({ name: 'big.bin', size: bytes, sha256: sent.sha256, blob: bytes });
    expect(failed).toEqual(['PutObject', 'GetObject']);
  });
});
