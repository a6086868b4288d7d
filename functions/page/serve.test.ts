import { describe, expect, test } from 'vitest';
import type { PageFiles } from './files.ts';
import { pageHandler } from './serve.ts';

const files: PageFiles = {
  'index.html': { type: 'text/html; charset=utf-8', tag: 'html-tag', body: { identity: 'PGh0bWw+' } },
  'assets/main-AAAA.js': { type: 'text/javascript; charset=utf-8', tag: 'js-tag', body: { br: 'YnI=', gzip: 'Z3o=' } },
};
const handler = pageHandler(files, {
  room: 'wss://abc.execute-api.us-east-1.amazonaws.com/prod',
  bucket: 'https://files.s3.us-east-1.amazonaws.com',
});

const get = (rawPath: string, headers: Record<string, string> = {}, method = 'GET') =>
  handler({ rawPath, headers, requestContext: { http: { method } } });

test('the path / is index.html', async () => {
  const page = await get('/');
  expect(page).toMatchObject({ statusCode: 200, body: 'PGh0bWw+', isBase64Encoded: true });
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  expect(await get('/index.html')).toEqual(page);
});

test('a file with a hash in its name may be kept forever', async () => {
  const { headers } = await get('/assets/main-AAAA.js');
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
});

describe('a compressed file is sent', () => {
  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=1.0, gzip;q=0.5', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['', 'gzip'],
  ])('to a client that accepts %j in %s', async (accepted, coding) => {
    const { headers, body } = await get('/assets/main-AAAA.js', { 'accept-encoding': accepted });
    expect([headers['content-encoding'], headers['vary']]).toEqual([coding, 'accept-encoding']);
    expect(body).toBe(coding === 'br' ? 'YnI=' : 'Z3o=');
  });
});

test.each(['W/"html-tag"', '"html-tag"', '"other", W/"html-tag"', '*'])(
  'a client that has the file (%s) gets no body',
  async (tag) => {
    const answer = await get('/', { 'if-none-match': tag });
    expect(answer).toMatchObject({ statusCode: 304, headers: { etag: 'W/"html-tag"', 'cache-control': 'no-cache' } });
    expect(answer.body).toBeUndefined();
  },
);

test('a client that has another version gets the file', async () => {
  expect((await get('/', { 'if-none-match': 'W/"js-tag"' })).statusCode).toBe(200);
});

test("room.json names the room's address", async () => {
  const { headers, body } = await get('/room.json');
  expect(JSON.parse(body ?? '')).toEqual({ address: 'wss://abc.execute-api.us-east-1.amazonaws.com/prod' });
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-cache' });
});

test.each(['/other', '/assets/', '/assets/../index.html', '//', '/toString', '/__proto__'])(
  'there is no %s',
  async (path) => {
    expect(await get(path)).toMatchObject({ statusCode: 404, body: 'Not Found' });
  },
);

test('only GET and HEAD are allowed', async () => {
  expect((await get('/', {}, 'HEAD')).statusCode).toBe(200);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    expect(await get('/', {}, method)).toMatchObject({ statusCode: 405, headers: { allow: 'GET, HEAD' } });
  }
});

test('every answer forbids scripts, connections and frames from elsewhere', async () => {
  const answers = [
    get('/'),
    get('/room.json'),
    get('/other'),
    get('/', { 'if-none-match': '*' }),
    get('/', {}, 'POST'),
  ];
  for (const { headers } of await Promise.all(answers)) {
    const policy = headers['content-security-policy']?.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self' wss://abc.execute-api.us-east-1.amazonaws.com https://files.s3.us-east-1.amazonaws.com",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]),
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  }
});

test('a browser that came by HTTPS stays with it', async () => {
  const { headers } = await get('/', { 'x-forwarded-proto': 'https' });
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  expect((await get('/', { 'x-forwarded-proto': 'http' })).headers).not.toHaveProperty('strict-transport-security');
});
