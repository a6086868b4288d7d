import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
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
  [429, 'room-full', /The room is full/],
  [503, 'room-stopped', /The room is stopped/],
  [403, 'not-a-room', /no chat room at .*403/],
  [502, 'unexpected-status', /status 502/],
  [407, 'unexpected-status', /status 407/],
])('a room that answers %i: %s', async (status, failure, message) => {
  const room = await ScriptedRoom.start();
  room.refuseWith = status;
  await expect(openSocket(room.url, 1000)).rejects.toMatchObject({ failure, message: expect.stringMatching(message) });
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
  await expect(openSocket('ws://no-such-host.invalid', 5000)).rejects.toMatchObject({ failure: 'unknown-host' });
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
  await expect(openSocket(`wss://127.0.0.1:${port}`, 1000)).rejects.toMatchObject({ failure: 'tls' });
});

test.each(['chat.example.com', 'ftp://127.0.0.1', 'ws://127.0.0.1:9000/#top'])('no address: %s', async (url) => {
  await expect(openSocket(url, 1000)).rejects.toMatchObject({ failure: 'bad-address' });
});
