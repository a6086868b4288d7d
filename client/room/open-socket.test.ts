import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect as connectTcp, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { limits } from '../../protocol/index.ts';
import { selfSigned } from '../testing/certificate.ts';
import { ScriptedRoom } from '../testing/scripted-room.ts';
import { openSocket } from './open-socket.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test.each([
  [429, 'busy', /Too many clients are connecting/],
  [402, 'room-stopped', /budget for this month is used up/],
  [503, 'room-stopped', /The room is stopped/],
  [403, 'not-a-room', /no chat room at .*, or it takes no connections from here .*403/],
  [502, 'unexpected-status', /status 502/],
  [407, 'unexpected-status', /status 407/],
])('a room that answers %i: %s', async (status, failure, message) => {
  const room = await ScriptedRoom.start();
  room.refuseWith = status;
  const error = await openSocket(`${room.url}/?purpose=resume`, 1000).catch((one: unknown) => one);
  expect(error).toMatchObject({ failure, message: expect.stringMatching(message) });
  expect(error).not.toMatchObject({ message: expect.stringContaining('purpose') });
  await room.close();
});

test('nobody listens', async () => {
  const port = await listen(createServer());
  servers.pop()?.close();
  await expect(openSocket(`ws://127.0.0.1:${port}`, 1000)).rejects.toMatchObject({
    failure: 'refused',
    message: `Nothing answers at ws://127.0.0.1:${port}. Is the room running there?`,
  });
});

test('a host that does not exist', async () => {
  await expect(openSocket('ws://no-such-host.invalid', 5000)).rejects.toMatchObject({
    failure: 'unknown-host',
    message: 'The host of ws://no-such-host.invalid is unknown, or there is no network.',
  });
});

test('a web server', async () => {
  const port = await listen(createHttpServer((_request, response) => response.end('hello')));
  await expect(openSocket(`ws://127.0.0.1:${port}`, 1000)).rejects.toMatchObject({ failure: 'not-a-room' });
});

test('something that speaks no HTTP', async () => {
  const port = await listen(createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')));
  await expect(openSocket(`ws://127.0.0.1:${port}`, 1000)).rejects.toMatchObject({ failure: 'not-a-room' });
});

test('something that says nothing', async () => {
  const port = await listen(createServer((socket) => socket.on('error', () => {})));
  await expect(openSocket(`ws://127.0.0.1:${port}`, 50)).rejects.toMatchObject({ failure: 'timeout' });
});

test('a room without TLS, addressed with it', async () => {
  const port = await listen(createHttpServer());
  await expect(openSocket(`wss://127.0.0.1:${port}`, 1000)).rejects.toMatchObject({
    failure: 'tls',
    message: `What answers at wss://127.0.0.1:${port} does not speak TLS. Is it ws:// rather than wss://?`,
  });
});

test('a room whose TLS is not ours', async () => {
  const server = createTlsServer({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });
  const port = await listen(server.on('tlsClientError', () => {}));
  await expect(openSocket(`wss://127.0.0.1:${port}`, 1000)).rejects.toMatchObject({
    failure: 'tls',
    message: `What answers at wss://127.0.0.1:${port} speaks TLS, but not with this program, or not under that name.`,
  });
});

test('a certificate that no trusted authority has signed', async () => {
  const server = createTlsServer(await selfSigned('localhost', { until: new Date(Date.now() + 60_000) }));
  const port = await listen(server.on('tlsClientError', () => {}));
  await expect(openSocket(`wss://localhost:${port}`, 1000)).rejects.toMatchObject({
    failure: 'tls',
    message: expect.stringMatching(/^The certificate of wss:.* is signed by nobody .* NODE_EXTRA_CA_CERTS\.$/),
  });
});

test('a room that sends more than API Gateway can is cut off', async () => {
  const server = createHttpServer();
  const port = await listen(server);
  new WebSocketServer({ server }).on('connection', (peer) => {
    peer.on('message', () => {
      peer.send('x'.repeat(limits.frameBytes));
      peer.send('x'.repeat(limits.frameBytes + 1));
    });
  });
  const socket = await openSocket(`ws://127.0.0.1:${port}`, 1000);
  const sizes: number[] = [];
  socket.on('message', (data) => sizes.push(String(data).length));
  socket.on('error', () => {});
  socket.send('go');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(sizes).toEqual([limits.frameBytes]);
});

describe('behind a proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  /**
   * An HTTP proxy that connects every request to this port, whatever its host, or answers with a status. It notes the
   * requests.
   */
  async function proxyTo(port: number, status = 200) {
    const asked: (string | undefined)[] = [];
    const server = createHttpServer();
    server.on('connect', ({ url, headers }, socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
      socket.on('error', () => {});
      if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const onward = connectTcp(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      return onward.on('error', () => socket.destroy());
    });
    return { asked, port: await listen(server) };
  }

  test('the room is reached through it, with its credentials', async () => {
    const room = await ScriptedRoom.start();
    const proxy = await proxyTo(Number(new URL(room.url).port));
    vi.stubEnv('http_proxy', `http://me:secret@127.0.0.1:${proxy.port}`);
    const socket = await openSocket('ws://chat.example.com:9000', 1000);
    expect(proxy.asked).toEqual([`chat.example.com:9000 Basic ${Buffer.from('me:secret').toString('base64')}`]);
    socket.terminate();
    await room.close();
  });

  test('it does not stand before this machine, nor before what NO_PROXY names', async () => {
    const room = await ScriptedRoom.start();
    const proxy = await proxyTo(1);
    vi.stubEnv('http_proxy', `http://127.0.0.1:${proxy.port}`);
    (await openSocket(room.url, 1000)).terminate();
    vi.stubEnv('no_proxy', '.invalid');
    await expect(openSocket('ws://no-such-host.invalid', 5000)).rejects.toMatchObject({ failure: 'unknown-host' });
    expect(proxy.asked).toEqual([]);
    await room.close();
  });

  test.each([
    [407, 'unexpected-status', /^ws:.*, or the proxy http:\/\/127.0.0.1:\d+ before it, refused .* 407\.$/],
    [403, 'not-a-room', /or the proxy http:\/\/127.0.0.1:\d+ does not let you there \(HTTP status 403\)/],
  ])('it answers %i', async (status, failure, message) => {
    const proxy = await proxyTo(1, status);
    vi.stubEnv('http_proxy', `http://me:secret@127.0.0.1:${proxy.port}`);
    await expect(openSocket('ws://chat.example.com', 1000)).rejects.toMatchObject({
      failure,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ['http://me:secret@127.0.0.1:1', 'The proxy http://127.0.0.1:1 cannot be reached (ECONNREFUSED).'],
    ['socks5://127.0.0.1:1080', 'The proxy that HTTPS_PROXY names has no http:// or https:// address.'],
  ])('%s cannot be used', async (proxy, message) => {
    vi.stubEnv('https_proxy', proxy);
    await expect(openSocket('wss://chat.example.com', 1000)).rejects.toMatchObject({ failure: 'proxy', message });
  });
});

test.each(['chat.example.com', 'ftp://127.0.0.1', 'ws://127.0.0.1:9000/#top'])('no address: %s', async (url) => {
  await expect(openSocket(url, 1000)).rejects.toMatchObject({ failure: 'bad-address' });
});
