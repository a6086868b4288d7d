import { NotConnected, RawClient } from '../../harness/raw-client.ts';
import { type Check, sources } from '../check.ts';
import type { SmokeRoom } from '../smoke-room.ts';

const get = (room: SmokeRoom, path: string, init: RequestInit = {}) => fetch(`${room.right('page')}/${path}`, init);

/** The path of the page's script, whose name holds a hash. */
async function script(room: SmokeRoom): Promise<string> {
  const [, path = ''] = /src="([^"]+)"/.exec(await (await get(room, '')).text()) ?? [];
  return path;
}

async function opens(url: string, Origin: string): Promise<string> {
  try {
    await (await RawClient.open(url, { Origin })).close();
    return 'opened';
  } catch (error) {
    if (error instanceof NotConnected) return String(error.status);
    throw error;
  }
}

/** The web page, behind its HTTP API. */
export const page: readonly Check[] = [
  {
    name: 'the web page',
    expected:
      "200 text/html; charset=utf-8, no-cache, default-src 'none'; again 304; HEAD 200; POST 405; other paths 404",
    source: sources.httpApis,
    needs: ['page'],
    async observe(room) {
      const { headers, status } = await get(room, '');
      const shown = ['content-type', 'cache-control'].map((name) => headers.get(name)).join(', ');
      const policy = headers.get('content-security-policy')?.split(';')[0];
      const again = await get(room, '', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
      const [head, post] = await Promise.all(['HEAD', 'POST'].map((method) => get(room, '', { method })));
      const other = await get(room, 'smoke');
      return `${status} ${shown}, ${policy}; again ${again.status}; HEAD ${head?.status}; POST ${post?.status}; other paths ${other.status}`;
    },
  },
  {
    name: "the page's script",
    expected: '200 text/javascript; charset=utf-8, public, max-age=31536000, immutable, br',
    source: sources.httpApis,
    needs: ['page'],
    async observe(room) {
      const { headers, status } = await get(room, await script(room), { headers: { 'accept-encoding': 'br' } });
      const names = ['content-type', 'cache-control', 'content-encoding'];
      return `${status} ${names.map((name) => headers.get(name)).join(', ')}`;
    },
  },
  {
    name: 'a connection from the page, to the address that the page is told',
    expected: 'opened; from another page 403',
    source: sources.connectRoute,
    needs: ['page'],
    async observe(room) {
      const { address }: { address: string } = JSON.parse(await (await get(room, 'room.json')).text());
      const own = await opens(address, new URL(room.right('page')).origin);
      return `${own}; from another page ${await opens(address, 'https://smoke.example')}`;
    },
  },
];
