import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, TestBrowser } from '../harness/browser.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { bundleForPages, PageServer } from './library-page.ts';

describe.runIf(hasBrowser)('the page in the README', () => {
  let room: SceneRoom;
  let server: PageServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    const readme = await readFile('client/room/README.md', 'utf8');
    const [, html = ''] = /```html\n([\s\S]*?)```/.exec(readme) ?? [];
    let script = '';
    [room, browser, script] = await Promise.all([
      openRoom(),
      TestBrowser.open(),
      bundleForPages('client/room/browser.ts'),
    ]);
    server = await PageServer.start(html.replace('ws://127.0.0.1:9000', room.url), script);
    await room.register('facebook');
    await room.change('origins', server.origin);
  });
  afterAll(() => Promise.all([room?.close(), server?.close(), browser?.close()]));

  test('talks, and goes on after a reload, without a notice to others', async () => {
    const Columbia = await room.enter('Columbia');
    const visitor = await browser.visit(server.origin);
    const { page } = visitor;
    const lines = () => page.locator('li').allTextContents();
    await page.fill('[name=user]', 'facebook');
    await page.fill('[name=password]', password);
    await page.click('#login button');
    await page.fill('[name=text]', 'hello <b>there</b>');
    await page.click('#say button');
    expect(await Columbia.event('broadcast')).toMatchObject({ from: 'facebook', text: 'hello <b>there</b>' });
    await Columbia.get('broadcast', { text: 'hi' });
    await expect.poll(lines).toEqual(['facebook: hello <b>there</b>', 'Columbia: hi']);

    // Chromium closes the connection with 1001.
    await page.reload();
    await page.waitForSelector('#say:not([hidden])');
    await Columbia.get('broadcast', { text: 'welcome back' });
    await expect.poll(lines).toEqual(['Columbia: welcome back']);
    expect(Columbia.events('logout')).toEqual([]);
    const stored = String(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })'));
    expect(stored).toContain('tokens');
    expect(stored).not.toContain(password);

    // A page that is left for good.
    await page.goto('about:blank');
    await expect.poll(async () => (await room.database.presence()).some((one) => 'detachedAt' in one)).toBe(true);
    const logouts = () => {
      room.local.clock.forward(15_000);
      return Columbia.events('logout');
    };
    await expect.poll(logouts).toMatchObject([{ user: 'facebook', reason: 'lost' }]);
  });

  test('tells that the room is full', async () => {
    await room.change('maxCon', 1);
    const visitor = await browser.visit(server.origin);
    await visitor.page.fill('[name=user]', 'facebook');
    await visitor.page.fill('[name=password]', password);
    await visitor.page.click('#login button');
    await expect
      .poll(() => visitor.page.locator('li').allTextContents())
      .toEqual(['The limit of users online has been reached.']);
  });
});
