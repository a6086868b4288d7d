import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { broadcast, ScriptedRoom } from '../testing/scripted-room.ts';
import { connect, type SavedSession, type ShownMessage } from './browser.ts';

let scripted: ScriptedRoom;
/** The last session that the client has saved. */
let saved: SavedSession | undefined;
let shown: ShownMessage[];

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
  saved = undefined;
  shown = [];
});
afterEach(() => scripted.close());

const timing = { backoff: 5, logout: 500, connect: 200, acknowledge: 60_000 };

const open = () =>
  connect(
    {
      url: scripted.url,
      timing,
      message: (message) => void shown.push(message),
      session: (session) => {
        saved = session;
      },
    },
    WebSocket,
  );

const session = (token: string) => ({ user: 'csee4119', token, timeOut: 9, unread: { inbox: 0, room: 0 } });

/** Logs in, and gets one message. */
async function logIn() {
  const room = await open();
  const peer = await scripted.peer();
  const login = room.login('csee4119', 'lotsofexams');
  (await peer.next('login')).reply(session('t1'));
  await login;
  (await peer.next('sync')).reply({ messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false });
  await room.caughtUp();
  return { room, peer };
}

test('a suspended connection is not logged out, and another one continues its session', async () => {
  const { room, peer } = await logIn();
  expect(saved).toMatchObject({ user: 'csee4119', tokens: ['t1'] });
  room.suspend();
  expect(saved?.shown).toEqual({ inbox: 0, room: 1 });
  expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 1 });
  // Not a code that the room takes for a logout.
  expect(await peer.closed).toBe(4000);

  const again = await open();
  const next = await scripted.peer();
  const resuming = again.resume(saved ?? { user: '', tokens: [] });
  const resume = await next.next('resume');
  expect(resume.arguments).toEqual({ user: 'csee4119', token: 't1', newToken: expect.any(String) });
  expect(saved?.tokens).toEqual(['t1', resume.arguments.newToken]);
  resume.reply(session('t2'));
  await resuming;
  expect(again.user).toBe('csee4119');
  expect(saved?.tokens).toEqual(['t2']);
  // What was shown is not asked for again, even if the acknowledgement was lost.
  const sync = await next.next('sync');
  expect(sync.arguments).toEqual({ inbox: 0, room: 1 });
  sync.reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
  await again.caughtUp();
  expect(shown).toMatchObject([{ seq: 1 }, { seq: 2 }]);
});

test('after a lost reply, both tokens are tried', async () => {
  const room = await open();
  const peer = await scripted.peer();
  const resuming = room.resume({ user: 'csee4119', tokens: ['t1'] });
  const { newToken } = (await peer.next('resume')).arguments;
  peer.vanish();
  await expect(resuming).rejects.toThrow('The connection was lost');
  const again = room.resume(saved ?? { user: '', tokens: [] });
  const next = await scripted.peer();
  (await next.next('resume')).refuse('bad-token');
  const second = await next.next('resume');
  expect(second.arguments.token).toBe(newToken);
  second.reply(session('t3'));
  await again;
  expect(saved?.tokens).toEqual(['t3']);
});

test('after the refusal internal, the next attempt uses another connection: the room may have bound this one', async () => {
  const room = await open();
  const peer = await scripted.peer();
  const resuming = room.resume({ user: 'csee4119', tokens: ['t1'] });
  (await peer.next('resume')).refuse('internal');
  await expect(resuming).rejects.toMatchObject({ code: 'internal' });
  const second = await scripted.peer();
  const login = room.login('csee4119', 'lotsofexams');
  (await second.next('login')).refuse('internal');
  await expect(login).rejects.toMatchObject({ code: 'internal' });
  const third = await scripted.peer();
  const again = room.login('csee4119', 'lotsofexams');
  (await third.next('login')).reply(session('t2'));
  await again;
  expect(room.user).toBe('csee4119');
});

test('a session that has ended is not resumed, and the connection can log in', async () => {
  const room = await open();
  const peer = await scripted.peer();
  const resuming = room.resume({ user: 'csee4119', tokens: ['t1'] });
  (await peer.next('resume')).refuse('bad-token');
  await expect(resuming).rejects.toMatchObject({ code: 'bad-token' });
  const login = room.login('csee4119', 'lotsofexams');
  (await peer.next('login')).reply(session('t1'));
  await login;
});
