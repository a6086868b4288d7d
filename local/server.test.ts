import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { RoomServer } from './server.ts';

test.each([
  ['sends nothing', ''],
  ['never finishes its headers', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '],
])('a client that %s is dropped', async (_, beginning) => {
  const server = await RoomServer.listen('127.0.0.1', 0, 200);
  onTestFinished(() => server.close());
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(beginning));
  const drip = setInterval(() => beginning !== '' && socket.write('x'), 50);
  onTestFinished(() => clearInterval(drip));
  socket.on('error', () => undefined).resume();
  await once(socket, 'close');
  expect(socket.destroyed).toBe(true);
});
