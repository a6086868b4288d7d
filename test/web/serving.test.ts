import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, TestBrowser, type Visitor } from '../harness/browser.ts';
import { announcementOf, type Place } from '../harness/files.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let page: string;
beforeAll(async () => {
  room = await openRoom();
  page = room.pageUrl;
});
afterAll(() => room?.close());

test('the page is told the address by which the client reached it', async () => {
  for (const host of [new URL(page).host, new URL(page).host.replace('127.0.0.1', 'localhost')]) {
    const answer = await fetch(`http://${host}/room.json`);
    expect(await answer.json()).toEqual({ address: `ws://${host}/prod` });
    expect(answer.headers.get('content-security-policy')).toContain(`connect-src 'self' ws://${host} `);
  }
});

test('a large body is refused before it fills the memory', async () => {
  expect((await fetch(page, { method: 'POST', body: 'x'.repeat(300_000) })).status).toBe(413);
  expect((await fetch(page, { method: 'POST', body: 'x'.repeat(1_000) })).status).toBe(405);
});

test('a stranger can use up the throttle of the page, and nothing else', async () => {
  const throttled = await openRoom({ throttling: true });
  try {
    const burst = throttled.local.stack.httpApi?.throttle?.burst ?? 0;
    const statuses: number[] = [];
    while (statuses.length < burst + 200 && statuses.at(-1) !== 429) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${throttled.pageUrl}/room.json`)));
      statuses.push(...answers.map(({ status }) => status).sort());
    }
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(burst);
    expect(statuses.at(-1)).toBe(429);
    await (await throttled.connect()).close();
  } finally {
    await throttled.close();
  }
});

describe.runIf(hasBrowser)('in a browser', () => {
  let browser: TestBrowser;
  let visitor: Visitor;
  let foreign: Server;
  let foreignUrl: string;
  beforeAll(async () => {
    browser = await TestBrowser.open();
    visitor = await browser.visit(page);
    foreign = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<title>Foreign</title>'),
    );
    foreign.listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    foreignUrl = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    foreign?.close();
    await browser?.close();
  });

  /** Opens a WebSocket connection in a page. Returns `open`, or `error`. */
  const connect = (from: Visitor, url: string) =>
    from.page.evaluate<string>(`new Promise((resolve) => {
      const socket = new WebSocket(${JSON.stringify(url)});
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('error');
    })`);

  test('the page loads without an error, and requests nothing from elsewhere', async () => {
    await visitor.page.getByText('Loading…').waitFor({ state: 'detached' });
    expect(visitor.problems).toEqual([]);
    const origins = new Set(visitor.requests.map((url) => new URL(url).host));
    expect([...origins]).toEqual([new URL(page).host]);
  });

  test('the page opens without a network, after one visit', async () => {
    const returning = await browser.visit(page);
    returning.expectProblem(/net::ERR_/);
    await returning.page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    // A browser may drop what it has cached by itself at any time.
    await (await returning.context.newCDPSession(returning.page)).send('Network.clearBrowserCache');
    await returning.context.setOffline(true);
    await returning.page.reload();
    await returning.page.getByRole('button', { name: 'Log in' }).waitFor();
    await returning.leave();
  });

  test('the page may connect to the room', async () => {
    expect(await connect(visitor, room.url)).toBe('open');
    const local = await browser.visit(page.replace('127.0.0.1', 'localhost'));
    expect(await connect(local, room.url.replace('127.0.0.1', 'localhost'))).toBe('open');
    await local.leave();
  });

  test('a foreign page may not connect to the room', async () => {
    const stranger = await browser.visit(foreignUrl);
    stranger.expectProblem(/WebSocket connection to .* failed/);
    expect(await connect(stranger, room.url)).toBe('error');
    expect(room.local.connections.map(({ headers }) => headers['Origin']?.[0])).not.toContain(foreignUrl);
    await stranger.leave();
  });

  test('the page can be neither framed nor scripted by others', async () => {
    const stranger = await browser.visit(foreignUrl);
    stranger.expectProblem(/frame-ancestors|Failed to load resource|Framing/);
    const framed = await stranger.page.evaluate<string>(`new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.onload = () => resolve(String(frame.contentDocument === null));
      frame.src = ${JSON.stringify(page)};
      document.documentElement.append(frame);
    })`);
    expect(framed).toBe('true');
    await stranger.leave();
    const refused = await browser.visit(page);
    refused.expectProblem(/Content Security Policy|TrustedHTML/);
    await expect(refused.page.evaluate("document.body.innerHTML = '<b>x</b>'")).rejects.toThrow(/TrustedHTML/);
    await expect(refused.page.evaluate(`fetch(${JSON.stringify(foreignUrl)})`)).rejects.toThrow(/Failed to fetch/);
    await refused.leave();
  });

  describe('a file', () => {
    const bytes = Buffer.from('for your eyes only');
    /** In another origin than the bucket, as on AWS. */
    let elsewhere: Visitor;
    let upload: Place;

    beforeAll(async () => {
      elsewhere = await browser.visit(page.replace('127.0.0.1', 'localhost'));
      const ann = await room.enter('ann');
      await room.register('bob');
      upload = await ann.get('file', announcementOf('bob', { name: 'a.txt', bytes }));
      await ann.close();
    });

    const send = (from: Visitor) => {
      const { 'content-length': _, ...headers } = upload.headers;
      const options = { method: 'PUT', headers, body: bytes.toString() };
      return from.page.evaluate<number>(
        `fetch(${JSON.stringify(upload.url)}, ${JSON.stringify(options)}).then(({ status }) => status)`,
      );
    };

    test('cannot be sent by a foreign page', async () => {
      const stranger = await browser.visit(foreignUrl);
      stranger.expectProblem(/CORS policy|Failed to load resource/);
      await expect(send(stranger)).rejects.toThrow(/Failed to fetch/);
      await stranger.leave();
    });

    test('is sent by the page, and read by it in parts, from the bucket', async () => {
      expect(new URL(upload.url).origin).not.toBe(new URL(elsewhere.page.url()).origin);
      expect(await send(elsewhere)).toBe(200);
      const bob = await room.enter('bob');
      await expect.poll(async () => (await bob.get('fileget', {})).files).toHaveLength(1);
      const { url } = await bob.get('fileget', { from: 'ann', name: 'a.txt' });
      const read = `fetch(${JSON.stringify(url)}, { headers: { range: 'bytes=4-7' } }).then(async (response) =>
        [response.status, response.headers.get('content-range'), response.headers.get('etag') !== null, await response.text()])`;
      expect(await elsewhere.page.evaluate(read)).toEqual([206, `bytes 4-7/${bytes.length}`, true, 'your']);
      const stranger = await browser.visit(foreignUrl);
      stranger.expectProblem(/CORS policy|Failed to load resource/);
      await expect(stranger.page.evaluate(`fetch(${JSON.stringify(url)})`)).rejects.toThrow(/Failed to fetch/);
      await stranger.leave();
      await bob.close();
    });
  });
});
