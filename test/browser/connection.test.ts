import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectOptions, RoomConnection } from '../../client/room/browser.ts';
import { broadcast, type Peer, ScriptedRoom } from '../../client/testing/scripted-room.ts';
import { hasBrowser, TestBrowser, type Visitor } from '../harness/browser.ts';
import type { Library } from './library.ts';
import { bundleForPages, PageServer } from './library-page.ts';

/** Names of the page. */
declare const library: Library;
declare const room: RoomConnection;

const resumed = { user: 'facebook', token: 't2', timeOut: 9, unread: { inbox: 0, room: 0 } };

describe.runIf(hasBrowser)('a page in Chromium', () => {
  let browser: TestBrowser;
  let server: PageServer;
  let page: Visitor['page'];
  let scripted: ScriptedRoom;
  beforeAll(async () => {
    const html = '<!doctype html><title>Test</title><script type="module" src="room.js"></script>';
    [browser, server] = await Promise.all([
      TestBrowser.open(),
      bundleForPages('test/browser/library.ts').then((script) => PageServer.start(html, script)),
    ]);
    const visitor = await browser.visit(server.origin);
    visitor.expectProblem(/WebSocket/);
    page = visitor.page;
  });
  afterAll(() => Promise.all([browser?.close(), server?.close()]));
  beforeEach(async () => {
    scripted = await ScriptedRoom.start();
    await page.goto(server.origin);
  });
  afterEach(() => scripted.close());

  async function logIn(timing: ConnectOptions['timing'] = {}): Promise<Peer> {
    const joined = page.evaluate(
      async ({ url, timing }) => {
        const shown: number[] = [];
        const states: string[] = [];
        const room = await library.connect({
          url,
          timing,
          message: ({ seq }) => void shown.push(seq),
          connection: (state) => states.push(state),
        });
        await room.login('facebook', 'wastingtime');
        Object.assign(globalThis, { room, shown, states });
      },
      { url: scripted.url, timing: { backoff: 5, ...timing } },
    );
    const peer = await scripted.peer();
    await scripted.letIn(peer);
    await joined;
    return peer;
  }

  const happens = (event: string) => page.evaluate(`dispatchEvent(new Event('${event}'))`);

  test('resumes a lost connection, and shows what came meanwhile', async () => {
    const peer = await logIn();
    peer.event(broadcast(1));
    await expect.poll(() => page.evaluate('shown')).toEqual([1]);
    peer.vanish();
    const next = await scripted.peer();
    (await next.next('resume')).reply(resumed);
    (await next.next('sync')).reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
    await expect
      .poll(() => page.evaluate('[shown, states]'))
      .toEqual([
        [1, 2],
        ['lost', 'restored'],
      ]);
  });

  test('probes the connection at once when the network is back, and reconnects', async () => {
    const peer = await logIn({ pong: 200 });
    expect(peer.pings).toBe(0);
    await happens('online');
    await expect.poll(() => peer.pings).toBe(1);
    peer.answersPings = false;
    await happens('online');
    await (await scripted.peer()).next('resume');
    expect(await peer.closed).toBe(4000);
  });

  test('does not wait for the next attempt when the network is back', async () => {
    const peer = await logIn({ backoff: 3_600_000, maxBackoff: 3_600_000 });
    peer.vanish();
    await expect.poll(() => page.evaluate('states')).toEqual(['lost']);
    await happens('online');
    (await (await scripted.peer()).next('resume')).reply(resumed);
  });

  test('ends with code 1001 when it is reloaded, with 4000 after suspend, and with 1000 after a logout', async () => {
    const reloaded = await logIn();
    await page.reload();
    expect(await reloaded.closed).toBe(1001);
    const suspended = await logIn();
    await page.evaluate(() => room.suspend());
    expect(await suspended.closed).toBe(4000);
    const left = await logIn();
    const leaving = page.evaluate(() => room.leave());
    (await left.next('logout')).reply({});
    await leaving;
    expect(await left.closed).toBe(1000);
  });
});
