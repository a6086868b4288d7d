import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ScriptedRoom } from '../testing/scripted-room.ts';
import { connect } from './browser.ts';

let scripted: ScriptedRoom;
beforeEach(async () => {
  scripted = await ScriptedRoom.start();
});
afterEach(() => scripted.close());

/** The browser's library with a WebSocket class of Node.js, which gives no status of a refused connection either. */
const open = (url = scripted.url) =>
  connect({ url, timing: { backoff: 1, maxBackoff: 80, busy: 1_500, logout: 500, connect: 200 } }, WebSocket);

test('a lost connection is resumed, and each heartbeat is a command', async () => {
  const room = await connect({ url: scripted.url, timing: { backoff: 5, ping: 20, pong: 50 } }, WebSocket);
  const peer = await scripted.peer();
  const login = room.login('csee4119', 'lotsofexams');
  (await peer.next('login')).reply({ user: 'csee4119', token: 't1', timeOut: 9, unread: { inbox: 0, room: 0 } });
  await login;
  await expect.poll(() => peer.pings).toBeGreaterThan(1);
  expect(peer.pingFrames).toBe(0);
  peer.answersPings = false;
  const next = await scripted.peer();
  (await next.next('resume')).reply({ user: 'csee4119', token: 't2', timeOut: 9, unread: { inbox: 0, room: 0 } });
  // Not a code that the room takes for a logout.
  expect(await peer.closed).toBe(4000);
  const asked = room.request('whoelse', {});
  (await next.next('whoelse')).reply({ users: [], total: 0 });
  await asked;
  const left = room.leave();
  (await next.next('logout')).reply({});
  await left;
  expect(await next.closed).toBe(1000);
});

test('a refused connection names what it may be, after more attempts, because a busy room looks the same', async () => {
  scripted.refuseWith = 503;
  await expect(open()).rejects.toMatchObject({
    failure: 'unreachable',
    message: expect.stringContaining('no network'),
  });
  expect(scripted.attempts).toBeGreaterThan(6);
  await expect(open('ftp://127.0.0.1')).rejects.toMatchObject({ failure: 'bad-address' });
});

test('a server that does not answer the upgrade is given up after a while', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  await expect(open(`ws://127.0.0.1:${port}`)).rejects.toMatchObject({ failure: 'timeout' });
  silent.close();
});
