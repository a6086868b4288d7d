import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync } from 'node:zlib';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room?.close());

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${room.pageUrl}/${path}`, { headers, method });
const script = async () => /src="([^"]+)"/.exec(await (await get('')).text())?.[1] ?? '';

test('the page is index.html, which browsers ask for again each time', async () => {
  const first = await get('');
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(first.headers.get('cache-control')).toBe('no-cache');
  expect(await first.text()).toContain('<title>');
  const again = await get('', { 'if-none-match': first.headers.get('etag') ?? '' });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('scripts have names with a hash, and browsers keep them', async () => {
  const { headers, status } = await get(await script());
  expect([status, headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

test('files are compressed', async () => {
  for (const coding of ['br', 'gzip']) {
    const { headers } = await get(await script(), { 'accept-encoding': coding });
    expect(headers.get('content-encoding')).toBe(coding);
  }
  // fetch() would decompress the body.
  const sent = request(`${room.pageUrl}/${await script()}`, { headers: { 'accept-encoding': 'br' } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(brotliDecompressSync(await buffer(response)).toString()).toContain('document');
});

test("the page learns the room's address", async () => {
  const { address } = v.parse(v.object({ address: v.string() }), await (await get('room.json')).json());
  expect(new URL(address).host).toBe(new URL(room.url).host);
  await (await RawClient.open(address)).close();
});

test('there is nothing else, and only GET and HEAD are allowed', async () => {
  expect((await get('nothing')).status).toBe(404);
  const head = await get('', {}, 'HEAD');
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (const method of ['POST', 'PUT', 'DELETE']) expect((await get('', {}, method)).status, method).toBe(405);
});

test('every answer has security headers', async () => {
  for (const path of ['', 'room.json', 'nothing', await script()]) {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy'), path).toContain(`connect-src 'self' ${new URL(room.url).origin} `);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
  }
});
