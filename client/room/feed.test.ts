import { afterEach, beforeEach, expect, test } from 'vitest';
import { broadcast, hidden, message } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

test('after a login everything missed is shown, page by page, and acknowledged', async () => {
  const missed: boolean[] = [];
  const peer = await visit.join({
    message: (message, context) => {
      visit.take(message);
      missed.push(context.missed);
    },
  });
  const login = visit.room.login('csee4119', 'lotsofexams');
  (await peer.next('login')).reply({ user: 'csee4119', token: 't', timeOut: 60, unread: { inbox: 1, room: 2 } });
  await login;
  const first = await peer.next('sync');
  expect(first.arguments).toEqual({});
  // Posted while the first page is being read, so it is shown after the missed messages.
  peer.event(broadcast(4));
  first.reply({ messages: [broadcast(2), message(7)], upTo: { inbox: 7, room: 2 }, more: true });
  const second = await peer.next('sync');
  expect(second.arguments).toEqual({ inbox: 7, room: 2 });
  peer.event(broadcast(3));
  second.reply({ messages: [message(8), broadcast(3)], upTo: { inbox: 8, room: 3 }, more: false });
  await visit.room.caughtUp();
  await visit.shownCount(5);
  expect(visit.shown).toEqual([2, 'message 7', 'message 8', 3, 4]);
  expect(missed).toEqual([true, true, true, true, false]);
  expect((await peer.next('ack')).arguments).toEqual({ inbox: 8, room: 4 });
});

test('messages that overtook each other are shown in order, duplicates once, hidden ones never', async () => {
  const peer = await visit.logIn();
  for (const event of [broadcast(2), broadcast(1), broadcast(2), hidden(3), broadcast(4), broadcast(1)]) {
    peer.event(event);
  }
  await visit.shownCount(3);
  expect(visit.shown).toEqual([1, 2, 4]);
  expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 4 });
});

test('the client asks for a message that does not arrive', async () => {
  const peer = await visit.logIn();
  peer.event(broadcast(3));
  const sync = await peer.next('sync');
  expect(sync.arguments).toEqual({ inbox: 0, room: 0 });
  expect(visit.shown).toEqual([]);
  sync.reply({ messages: [broadcast(1), broadcast(2), broadcast(3)], upTo: { inbox: 0, room: 3 }, more: false });
  await visit.shownCount(3);
  expect(visit.shown).toEqual([1, 2, 3]);
});

test('a message that a page leaves out has expired', async () => {
  const peer = await visit.logIn();
  peer.event(broadcast(3));
  (await peer.next('sync')).reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 3 }, more: false });
  await visit.shownCount(2);
  expect(visit.shown).toEqual([2, 3]);
});

test('the client asks again for a page that ends before an uncommitted message, and has caught up only then', async () => {
  const peer = await visit.join({}, { acknowledge: 60_000 });
  const login = visit.room.login('csee4119', 'lotsofexams');
  (await peer.next('login')).reply({ user: 'csee4119', token: 't', timeOut: 600, unread: { inbox: 0, room: 2 } });
  await login;
  let isCaughtUp = false;
  const caughtUp = visit.room.caughtUp().then(() => {
    isCaughtUp = true;
  });
  // Number 2 of the room's stream is taken, but its message is not committed yet.
  const behind = { messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: true };
  (await peer.next('sync')).reply(behind);
  const second = await peer.next('sync');
  expect(second.arguments).toEqual({ inbox: 0, room: 1 });
  second.reply({ ...behind, messages: [] });
  const third = await peer.next('sync');
  expect(isCaughtUp).toBe(false);
  third.reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
  await caughtUp;
  expect(visit.shown).toEqual([1, 2]);
});

test('a sync that fails is tried again', async () => {
  const peer = await visit.logIn();
  peer.event(broadcast(2));
  (await peer.next('sync')).refuse('internal');
  (await peer.next('sync')).reply({ messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false });
  await visit.shownCount(2);
  expect(visit.shown).toEqual([1, 2]);
});

test('the client asks for its own broadcast if it does not come back', async () => {
  const peer = await visit.logIn();
  const shownOwn = visit.room.shown('room', 1);
  (await peer.next('sync')).reply({ messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false });
  await shownOwn;
  expect(visit.shown).toEqual([1]);
});

test('a message is not acknowledged before its handler has finished', async () => {
  let taken: () => void = () => {};
  const peer = await visit.logIn({
    message: (message) => {
      visit.take(message);
      return message.seq === 1 ? undefined : new Promise<void>((resolve) => (taken = resolve));
    },
  });
  peer.event(broadcast(1));
  peer.event(broadcast(2));
  peer.event(broadcast(3));
  await visit.shownCount(2);
  expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 1 });
  expect(visit.shown).toEqual([1, 2]);
  taken();
  await visit.shownCount(3);
  taken();
  expect((await peer.next('ack')).arguments.room).toBeGreaterThan(1);
});

test('a handler that fails ends the connection, and nothing more is shown or acknowledged', async () => {
  const broken = new Error('no paper');
  const peer = await visit.logIn({
    message: (message) => {
      visit.take(message);
      if (message.seq === 2) throw broken;
    },
  });
  for (const seq of [1, 2, 3]) peer.event(broadcast(seq));
  // Messages taken before are not shown again.
  const logout = await peer.next('logout');
  expect(logout.arguments).toEqual({ inbox: 0, room: 1 });
  logout.reply({});
  expect(await visit.room.ended).toEqual({ reason: 'failed', cause: broken });
  expect(visit.shown).toEqual([1, 2]);
  expect(await peer.closed).toBe(1000);
});

test('fifty messages are acknowledged at once', async () => {
  const peer = await visit.logIn({}, { acknowledge: 60_000 });
  for (let seq = 1; seq <= 50; seq += 1) peer.event(broadcast(seq));
  expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 50 });
});
