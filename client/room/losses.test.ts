import { afterEach, beforeEach, expect, test } from 'vitest';
import { broadcast } from '../testing/scripted-room.ts';
import { dropped, Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

const sentAt = '2026-11-23T09:00:00.000Z';
const resumed = { user: 'csee4119', token: 't2', timeOut: 1, unread: { inbox: 0, room: 0 } };

/** Stops this process, clocks and all, as a closed lid does. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

test('the session is resumed, and the messages that were sent meanwhile are shown', async () => {
  const states: string[] = [];
  const peer = await visit.logIn({ connection: (state) => states.push(state) });
  peer.event(broadcast(1));
  await visit.shownCount(1);
  peer.vanish();
  const next = await visit.scripted.peer();
  const resume = await next.next('resume');
  expect(resume.arguments).toEqual({ user: 'csee4119', token: 'token-1', newToken: expect.any(String) });
  resume.reply({ user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 1 } });
  const sync = await next.next('sync');
  expect(sync.arguments).toEqual({ inbox: 0, room: 1 });
  sync.reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
  await visit.shownCount(2);
  expect(states).toEqual(['lost', 'restored']);
  // After the next loss, the client resumes with the new token.
  next.vanish();
  expect((await (await visit.scripted.peer()).next('resume')).arguments.token).toBe('token-2');
});

test('a late reply makes the client probe the connection', async () => {
  const peer = await visit.logIn({}, { probeAfter: 20, pong: 30 });
  const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
  const { id } = await peer.next('message');
  await expect.poll(() => peer.pings).toBe(1);
  // The connection is alive but slow.
  const second = visit.room.request('whoelse', {});
  peer.answersPings = false;
  await peer.next('whoelse');
  const next = await visit.scripted.peer();
  (await next.next('resume')).reply(resumed);
  for (const one of [await next.nextOfAny(), await next.nextOfAny(), await next.nextOfAny()]) {
    if (one.action === 'message') {
      expect(one).toMatchObject({ id, again: true });
      one.reply({ delivery: 'stored', seq: 1, sentAt });
    }
    if (one.action === 'whoelse') one.reply({ users: [], total: 0 });
  }
  expect(await said).toMatchObject({ delivery: 'stored' });
  await second;
});

test('after a sleep of the machine the client probes the connection at once', async () => {
  const peer = await visit.logIn({}, { watch: 10, asleep: 300, pong: 50 });
  expect(peer.pings).toBe(0);
  peer.answersPings = false;
  standStill(500);
  await expect.poll(() => peer.pings).toBe(1);
  (await (await visit.scripted.peer()).next('resume')).reply(resumed);
});

test('after a sleep of the machine the client reconnects at once', async () => {
  let lost: () => void = () => {};
  const isLost = new Promise<void>((resolve) => (lost = resolve));
  const peer = await visit.logIn(
    { connection: (state) => state === 'lost' && lost() },
    { watch: 10, asleep: 300, backoff: 3_600_000, maxBackoff: 3_600_000 },
  );
  peer.vanish();
  await isLost;
  standStill(500);
  (await (await visit.scripted.peer()).next('resume')).reply(resumed);
});

test('when the session has ended meanwhile, the kept password logs in again', async () => {
  const peer = await visit.logIn();
  const changed = visit.room.changePassword('lotsofexams', 'nomoreexams');
  (await peer.next('passwd')).reply({});
  await changed;
  peer.vanish();
  const next = await visit.scripted.peer();
  (await next.next('resume')).refuse('bad-token');
  expect((await next.next('login')).arguments).toEqual({
    user: 'csee4119',
    password: 'nomoreexams',
    newToken: expect.any(String),
  });
});

test('a program whose session an administrator has ended does not log in again', async () => {
  const peer = await visit.logIn();
  peer.vanish();
  const next = await visit.scripted.peer();
  (await next.next('resume')).refuse('kicked', { reason: 'Shouting.' });
  expect(await visit.room.ended).toEqual({ reason: 'kicked', why: 'Shouting.' });
});

test('a program that has left does not go on logging in', async () => {
  const peer = await visit.logIn();
  peer.vanish();
  const next = await visit.scripted.peer();
  const resume = await next.next('resume');
  await visit.room.leave();
  resume.refuse('bad-token');
  expect(await Promise.race([next.closed, next.next('login')])).toBe(dropped);
});

test('a program asks again how its session ended if the room is stopped before it has the reply', async () => {
  const peer = await visit.logIn({ reconnectAfterStop: true });
  peer.vanish();
  const next = await visit.scripted.peer();
  await next.next('resume');
  next.event({ type: 'event', event: 'stop', message: 'bye' });
  next.vanish();
  (await (await visit.scripted.peer()).next('resume')).refuse('kicked', { reason: 'Shouting.' });
  expect(await visit.room.ended).toEqual({ reason: 'kicked', why: 'Shouting.' });
});

test('the connection ends if the user has logged in with another program meanwhile', async () => {
  const peer = await visit.logIn();
  peer.vanish();
  const next = await visit.scripted.peer();
  (await next.next('resume')).refuse('bad-token');
  (await next.next('login')).refuse('already-online', { since: '2026-11-23T09:14:00.000Z' });
  expect(await visit.room.ended).toEqual({ reason: 'replaced' });
});

test('a room of an earlier version does not say since when the user is online, and the login is tried again', async () => {
  const peer = await visit.logIn();
  peer.vanish();
  const second = await visit.scripted.peer();
  (await second.next('resume')).refuse('bad-token');
  (await second.next('login')).refuse('already-online');
  await (await visit.scripted.peer()).next('login');
});

test('the token of a resume whose reply was lost resumes the session', async () => {
  const peer = await visit.logIn();
  peer.vanish();
  const second = await visit.scripted.peer();
  const unanswered = await second.next('resume');
  second.vanish();
  const third = await visit.scripted.peer();
  const again = await third.next('resume');
  expect(again.arguments).toEqual(unanswered.arguments);
  again.refuse('bad-token');
  const resume = await third.next('resume');
  expect(resume.arguments.token).toBe(unanswered.arguments.newToken);
  expect(resume.arguments.newToken).not.toBe(unanswered.arguments.newToken);
  resume.reply(resumed);
  await third.next('sync');
});

test('the token of a login whose reply was lost resumes the session', async () => {
  const peer = await visit.logIn();
  peer.vanish();
  const second = await visit.scripted.peer();
  (await second.next('resume')).refuse('bad-token');
  const { newToken } = (await second.next('login')).arguments;
  second.vanish();
  const third = await visit.scripted.peer();
  const resume = await third.next('resume');
  expect(resume.arguments.token).toBe(newToken);
  resume.reply(resumed);
  await third.next('sync');
});

test.each(['came', 'was lost'])(
  'after a change of the password whose reply %s, the session is resumed',
  async (reply) => {
    const peer = await visit.logIn();
    const changed = visit.room.changePassword('lotsofexams', 'nomoreexams').catch(() => {});
    const passwd = await peer.next('passwd');
    const { newToken } = passwd.arguments;
    if (reply === 'came') passwd.reply({});
    else peer.vanish();
    await changed;
    peer.vanish();
    const next = await visit.scripted.peer();
    const first = await next.next('resume');
    if (reply === 'was lost') {
      expect(first.arguments.token).toBe('token-1');
      first.refuse('bad-token');
    }
    const resume = reply === 'came' ? first : await next.next('resume');
    expect(resume.arguments.token).toBe(newToken);
    resume.reply(resumed);
  },
);

test('without a kept password the connection ends if the session has ended meanwhile', async () => {
  const peer = await visit.join();
  await Promise.all([visit.room.login('csee4119', 'lotsofexams'), visit.scripted.letIn(peer)]);
  peer.vanish();
  (await (await visit.scripted.peer()).next('resume')).refuse('bad-token');
  expect(await visit.room.ended).toMatchObject({ reason: 'lost', cause: { code: 'bad-token' } });
  await expect(visit.room.request('whoelse', {})).rejects.toMatchObject({ name: 'ConnectionEndedError' });
});

test('a client whose session the room does not know any more resumes it, and sends the request again', async () => {
  const states: string[] = [];
  const peer = await visit.logIn({ connection: (state) => states.push(state) });
  const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
  (await peer.next('message')).refuse('not-logged-in');
  const next = await visit.scripted.peer();
  (await next.next('resume')).reply(resumed);
  const again = await next.next('message', 'sync');
  expect(again.again).toBe(false);
  again.reply({ delivery: 'delivered', seq: 1, sentAt });
  expect(await said).toMatchObject({ seq: 1 });
  expect(states).toEqual(['lost', 'restored']);
  // A room that goes on refusing it is believed.
  const asked = visit.room.request('whoelse', {});
  const failure = expect(asked).rejects.toMatchObject({ code: 'not-logged-in' });
  (await next.next('whoelse', 'sync')).refuse('not-logged-in');
  const third = await visit.scripted.peer();
  (await third.next('resume')).reply(resumed);
  (await third.next('whoelse', 'sync')).refuse('not-logged-in');
  await failure;
});

test('a client that has not learned that its session was replaced ends when the room refuses its request', async () => {
  const peer = await visit.logIn();
  const asked = visit.room.request('whoelse', {});
  const failure = expect(asked).rejects.toMatchObject({ name: 'ConnectionEndedError' });
  (await peer.next('whoelse')).refuse('not-logged-in');
  const next = await visit.scripted.peer();
  (await next.next('resume')).refuse('bad-token');
  (await next.next('login')).refuse('already-online', { since: sentAt });
  expect(await visit.room.ended).toEqual({ reason: 'replaced' });
  await failure;
});

test('a connection whose heartbeat is not answered is lost', async () => {
  const peer = await visit.logIn({}, { ping: 10, pong: 30 });
  await expect.poll(() => peer.pings).toBeGreaterThan(3);
  peer.answersPings = false;
  await (await visit.scripted.peer()).next('resume');
  expect(await peer.closed).toBe(dropped);
});

test('any frame is an answer to a heartbeat', async () => {
  const peer = await visit.logIn({}, { ping: 50, pong: 1_000 });
  peer.answersPings = false;
  const notice = setInterval(() => peer.event({ type: 'event', event: 'login', user: 'Google' }), 60);
  // Enough heartbeats for the first one to be overdue.
  await expect.poll(() => peer.pings).toBeGreaterThan(25);
  clearInterval(notice);
  expect(await peer.closed).toBe(dropped);
});

test('a connection that is lost before the login is made again', async () => {
  const states: string[] = [];
  const peer = await visit.join({ connection: (state) => states.push(state) });
  peer.close(1001);
  const next = await visit.scripted.peer();
  await Promise.all([visit.room.login('csee4119', 'x'), visit.scripted.letIn(next)]);
  expect(visit.room.user).toBe('csee4119');
  expect(states).toEqual(['lost', 'restored']);
});

test('a login of unknown outcome drops its connection, because a connection accepts only one login', async () => {
  const peer = await visit.join();
  const login = visit.room.login('csee4119', 'x');
  await peer.next('login');
  peer.event({ type: 'event', event: 'login', user: 'Google' });
  peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
  await expect(login).rejects.toMatchObject({ name: 'GatewayError' });
  expect(await peer.closed).toBe(dropped);
  const next = await visit.scripted.peer();
  await Promise.all([visit.room.login('csee4119', 'x'), visit.scripted.letIn(next)]);
});
