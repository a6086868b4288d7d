import { afterEach, beforeEach, expect, test } from 'vitest';
import { broadcast, type Peer } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';
import type { ConnectOptions } from './index.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

/** Comes in when 500 broadcasts have been said and acknowledged; acknowledges nothing more unless it leaves. */
async function logInLate(options: Partial<ConnectOptions> = {}): Promise<Peer> {
  const peer = await visit.join(options, { acknowledge: 60_000 });
  const login = visit.room.login('csee4119', 'lotsofexams', { keepPassword: true });
  await Promise.all([login, visit.scripted.letIn(peer, { inbox: 0, room: 500 })]);
  await visit.room.caughtUp();
  return peer;
}

/** Lets the client log in again, and gives its first `sync`. After a loss, refuses its resume first. */
async function logInAnew(after: 'loss' | 'stop' = 'loss') {
  const peer = await visit.scripted.peer();
  if (after === 'loss') (await peer.next('resume')).refuse('bad-token');
  const login = await peer.next('login');
  login.reply({ user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 0 } });
  return { peer, sync: await peer.next('sync') };
}

/** A message with a number that was used before the restore. */
const saidAgain = (seq: number, text: string) => ({ ...broadcast(seq, text), sentAt: '2026-11-23T10:00:00.000Z' });

test('after a stop the room says where to begin, so that what was said in a restored one is shown', async () => {
  const peer = await logInLate({ reconnectAfterStop: true });
  peer.event({ type: 'event', event: 'stop', message: 'bye' });
  const { peer: next, sync } = await logInAnew('stop');
  expect(sync.arguments).toEqual({});
  // More was said meanwhile than the room had been told before.
  const said = [301, 302, 501].map((seq) => saidAgain(seq, `said ${seq}`));
  sync.reply({ messages: said, upTo: { inbox: 0, room: 501 }, more: false });
  await visit.shownCount(3);
  expect(visit.shown).toEqual([301, 302, 501]);
  next.event(broadcast(502));
  await visit.shownCount(4);
});

test('what was shown and not acknowledged is not shown twice when the room gives it again', async () => {
  const peer = await logInLate();
  peer.event(broadcast(501));
  peer.event(broadcast(502));
  await visit.shownCount(2);
  peer.vanish();
  const { peer: next, sync } = await logInAnew();
  const messages = [broadcast(501), broadcast(502), broadcast(503)];
  sync.reply({ messages, upTo: { inbox: 0, room: 503 }, more: false });
  await visit.shownCount(3);
  expect(visit.shown).toEqual([501, 502, 503]);
  const left = visit.room.leave();
  const logout = await next.next('logout');
  expect(logout.arguments).toEqual({ inbox: 0, room: 503 });
  logout.reply({});
  await left;
});

test('what waits to be shown at a new login is shown once, and acknowledged then', async () => {
  const waiting = 300;
  let showNext: () => void = () => {};
  const firstShown = new Promise<void>((resolve) => (showNext = resolve));
  const peer = await logInLate({
    async message(message) {
      visit.take(message);
      if (message.seq === 501) await firstShown;
    },
  });
  for (let seq = 501; seq <= 500 + waiting; seq += 1) peer.event(broadcast(seq));
  await visit.shownCount(1);
  peer.vanish();
  const { peer: next, sync } = await logInAnew();
  showNext();
  const messages = Array.from({ length: waiting }, (_, i) => broadcast(501 + i));
  const [first, second] = [messages.slice(0, 200), messages.slice(200)];
  sync.reply({ messages: first, upTo: { inbox: 0, room: 700 }, more: true });
  const again = await next.next('sync', 'ack');
  again.reply({ messages: second, upTo: { inbox: 0, room: 800 }, more: false });
  await visit.room.caughtUp();
  expect(visit.shown).toEqual(messages.map(({ seq }) => seq));
  const left = visit.room.leave();
  const logout = await next.next('logout', 'ack');
  expect(logout.arguments).toEqual({ inbox: 0, room: 800 });
  logout.reply({});
  await left;
});

test('what was shown while the connection was lost is not shown twice', async () => {
  const shown = 300;
  const peer = await logInLate({ message: (message) => visit.take(message) });
  const messages = Array.from({ length: shown }, (_, i) => broadcast(501 + i));
  for (const message of messages) peer.event(message);
  await visit.shownCount(shown);
  peer.vanish();
  const { sync } = await logInAnew();
  // None of the acknowledgements has reached the room.
  sync.reply({ messages, upTo: { inbox: 0, room: 800 }, more: false });
  await visit.room.caughtUp();
  expect(visit.shown).toEqual(messages.map(({ seq }) => seq));
});

test('but another message under the number of one that was is shown', async () => {
  const peer = await logInLate();
  peer.event(broadcast(501));
  await visit.shownCount(1);
  peer.vanish();
  const { sync } = await logInAnew();
  sync.reply({ messages: [saidAgain(501, 'other')], upTo: { inbox: 0, room: 501 }, more: false });
  await visit.shownCount(2);
  expect(visit.shown).toEqual([501, 501]);
});

test('what was asked for before, and who waited for a number of before, do not hold it up', async () => {
  const peer = await logInLate();
  const shown = visit.room.shown('room', 510);
  await peer.next('sync');
  peer.vanish();
  const next = await visit.scripted.peer();
  (await next.next('resume')).refuse('bad-token');
  const login = await next.next('login');
  login.reply({ user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 0 } });
  await shown;
  const stale = await next.next('sync');
  expect(stale.arguments).toEqual({ inbox: 0, room: 500 });
  stale.reply({ messages: [broadcast(501)], upTo: { inbox: 0, room: 501 }, more: false });
  const fresh = await next.next('sync');
  expect(fresh.arguments).toEqual({});
  fresh.reply({ messages: [broadcast(7)], upTo: { inbox: 0, room: 7 }, more: false });
  await visit.shownCount(1);
  expect(visit.shown).toEqual([7]);
});
