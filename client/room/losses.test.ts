import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { broadcast } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

/** Stops this process, clocks and all, as a closed lid does. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('losing the connection', () => {
  test('the session is resumed, and what came meanwhile is shown', async () => {
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

  const sentAt = '2026-11-23T09:00:00.000Z';
  const resumed = { user: 'csee4119', token: 't2', timeOut: 1, unread: { inbox: 0, room: 0 } };

  test('what was not answered is sent again: marked if it says something, as it was if it asks', async () => {
    const peer = await visit.logIn();
    const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
    const asked = visit.room.request('whoelse', {});
    const { id } = await peer.next('message');
    await peer.next('whoelse');
    peer.vanish();
    const next = await visit.scripted.peer();
    const resume = await next.next('resume');
    // Sent for the first time while there is no connection.
    const fresh = visit.room.request('message', { to: 'facebook', text: 'are you there?' });
    resume.reply(resumed);
    const received = [await next.nextOfAny(), await next.nextOfAny(), await next.nextOfAny(), await next.nextOfAny()];
    for (const one of received) {
      if (one.action === 'message') {
        const { text } = one.arguments as { text: string };
        expect([one.id === id, one.again]).toEqual(text === 'hello' ? [true, true] : [false, false]);
        one.reply({ delivery: 'delivered', seq: text === 'hello' ? 4 : 5, sentAt });
      } else {
        expect(one.again).toBe(false);
        if (one.action === 'whoelse') one.reply({ users: [], total: 0 });
      }
    }
    expect(await said).toMatchObject({ seq: 4 });
    expect(await fresh).toMatchObject({ seq: 5 });
    expect(await asked).toEqual({ users: [], total: 0 });
  });

  test('it is sent again as often as the connection is lost', async () => {
    let peer = await visit.logIn();
    const said = visit.room.request('broadcast', { text: 'hello' });
    const { id } = await peer.next('broadcast');
    for (let loss = 0; loss < 3; loss += 1) {
      peer.vanish();
      peer = await visit.scripted.peer();
      (await peer.next('resume')).reply(resumed);
      const requests = [await peer.nextOfAny(), await peer.nextOfAny()];
      expect(requests).toContainEqual(expect.objectContaining({ action: 'broadcast', id, again: true }));
      if (loss === 2) requests.find(({ action }) => action === 'broadcast')?.reply({ seq: 1, sentAt, online: 1 });
    }
    expect(await said).toMatchObject({ seq: 1 });
  });

  test.each([
    ['block', 'already-blocked'],
    ['unblock', 'not-blocked'],
  ] as const)(
    '%s, sent again, is done when it turns out to have been; the first time it is refused',
    async (action, code) => {
      const peer = await visit.logIn();
      const refused = visit.room.request(action, { user: 'Google' });
      (await peer.next(action)).refuse(code);
      await expect(refused).rejects.toMatchObject({ code });
      const done = visit.room.request(action, { user: 'facebook' });
      await peer.next(action);
      peer.vanish();
      const next = await visit.scripted.peer();
      (await next.next('resume')).reply(resumed);
      const requests = [await next.nextOfAny(), await next.nextOfAny()];
      requests.find((one) => one.action === action)?.refuse(code);
      expect(await done).toEqual({});
    },
  );

  test('what cannot be repeated, or is too old to be, is told as it is', async () => {
    const peer = await visit.logIn({}, { repeat: 0 });
    const changed = visit.room.changePassword('lotsofexams', 'nomoreexams');
    const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
    const failures = [changed, said].map((one) => expect(one).rejects.toMatchObject({ name: 'ConnectionLostError' }));
    await peer.next('passwd');
    await peer.next('message');
    peer.vanish();
    await failures[0];
    (await (await visit.scripted.peer()).next('resume')).reply(resumed);
    await Promise.all(failures);
  });

  test('when no connection is to be had any more, what may have been done is not called unsent', async () => {
    const peer = await visit.logIn();
    const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
    const failure = expect(said).rejects.toMatchObject({ name: 'ConnectionLostError' });
    await peer.next('message');
    visit.scripted.refuseWith = 503;
    peer.vanish();
    await failure;
    expect(await visit.room.ended).toEqual({ reason: 'stop' });
  });

  test('a reply that is late makes it look whether the connection is dead', async () => {
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

  test('after a sleep of the machine it looks at once whether the connection is dead', async () => {
    const peer = await visit.logIn({}, { watch: 10, asleep: 300, pong: 50 });
    expect(peer.pings).toBe(0);
    peer.answersPings = false;
    standStill(500);
    await expect.poll(() => peer.pings).toBe(1);
    (await (await visit.scripted.peer()).next('resume')).reply(resumed);
  });

  test('after a sleep of the machine it does not wait any longer to try again', async () => {
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

  test('when another program has the session meanwhile, that is the end', async () => {
    const peer = await visit.logIn();
    peer.vanish();
    const next = await visit.scripted.peer();
    (await next.next('resume')).refuse('bad-token');
    (await next.next('login')).refuse('already-online', { since: '2026-11-23T09:14:00.000Z' });
    expect(await visit.room.ended).toEqual({ reason: 'replaced' });
  });

  test('a room of an earlier version, which does not say since when, is tried again', async () => {
    const peer = await visit.logIn();
    peer.vanish();
    const second = await visit.scripted.peer();
    (await second.next('resume')).refuse('bad-token');
    (await second.next('login')).refuse('already-online');
    await (await visit.scripted.peer()).next('login');
  });

  test('a resume whose reply was lost is found out: its token resumes, too', async () => {
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

  test('so does that of a login whose reply was lost', async () => {
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

  test.each(['came', 'was lost'])('a password was changed, and the reply %s: the session is resumed', async (reply) => {
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
  });

  test('without a kept password that is the end', async () => {
    const peer = await visit.join();
    await Promise.all([visit.room.login('csee4119', 'lotsofexams'), visit.scripted.letIn(peer)]);
    peer.vanish();
    (await (await visit.scripted.peer()).next('resume')).refuse('bad-token');
    expect(await visit.room.ended).toMatchObject({ reason: 'lost', cause: { code: 'bad-token' } });
    await expect(visit.room.request('whoelse', {})).rejects.toMatchObject({ name: 'ConnectionEndedError' });
  });

  test('a room that is full or cannot be reached is tried again, a stopped one is not', async () => {
    const peer = await visit.logIn();
    visit.scripted.refuseWith = 429;
    peer.vanish();
    await expect.poll(() => visit.scripted.attempts).toBeGreaterThan(3);
    visit.scripted.refuseWith = 503;
    expect(await visit.room.ended).toEqual({ reason: 'stop' });
  });

  test('a connection whose heartbeat is not answered is lost', async () => {
    const peer = await visit.logIn({}, { ping: 10, pong: 30 });
    await expect.poll(() => peer.pings).toBeGreaterThan(3);
    peer.answersPings = false;
    await (await visit.scripted.peer()).next('resume');
    expect(await peer.closed).toBe(1006);
  });

  test('a heartbeat is a ping frame alone where the room answers those', async () => {
    visit.scripted.answersPingFrames = true;
    const peer = await visit.logIn({}, { ping: 10, pong: 300 });
    // On a busy machine a `ping` or two may be sent before the first pong frame is read.
    await expect.poll(() => peer.pingFrames - peer.pings).toBeGreaterThan(5);
    peer.answersPings = false;
    await (await visit.scripted.peer()).next('resume');
  });

  test('any frame is an answer to a heartbeat', async () => {
    const peer = await visit.logIn({}, { ping: 50, pong: 1_000 });
    peer.answersPings = false;
    const notice = setInterval(() => peer.event({ type: 'event', event: 'login', user: 'Google' }), 60);
    // Enough heartbeats for the first one to be overdue.
    await expect.poll(() => peer.pings, { timeout: 10_000 }).toBeGreaterThan(25);
    clearInterval(notice);
    expect(await peer.closed).toBe(1006);
  });

  test('before a login it is simply made again', async () => {
    const states: string[] = [];
    const peer = await visit.join({ connection: (state) => states.push(state) });
    peer.close(1001);
    const next = await visit.scripted.peer();
    await Promise.all([visit.room.login('csee4119', 'x'), visit.scripted.letIn(next)]);
    expect(visit.room.user).toBe('csee4119');
    expect(states).toEqual(['lost', 'restored']);
  });

  test('a login of unknown outcome leaves its connection, on which another might be one too many', async () => {
    const peer = await visit.join();
    const login = visit.room.login('csee4119', 'x');
    await peer.next('login');
    peer.event({ type: 'event', event: 'login', user: 'Google' });
    peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
    await expect(login).rejects.toMatchObject({ name: 'GatewayError' });
    expect(await peer.closed).toBe(1006);
    const next = await visit.scripted.peer();
    await Promise.all([visit.room.login('csee4119', 'x'), visit.scripted.letIn(next)]);
  });
});

describe('the handover before API Gateway ends the connection', () => {
  const resumed = { user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 0 } };

  test('is not visible to the user, and no message is lost or shown twice', async () => {
    const states: string[] = [];
    const old = await visit.logIn({ connection: (state) => states.push(state) }, { handover: 60 });
    const answered = visit.room.request('whoelse', {});
    const pending = await old.next('whoelse');
    const next = await visit.scripted.peer();
    let hasMoved = false;
    const resuming = next.next('resume').finally(() => {
      hasMoved = true;
    });
    old.event(broadcast(1));
    await old.next('ack');
    // Only after every request on the old connection has its reply.
    expect(hasMoved).toBe(false);
    pending.reply({ users: [], total: 0 });
    await answered;
    const resume = await resuming;
    expect(resume.arguments.token).toBe('token-1');
    // A request made during the handover is sent over the new connection.
    const said = visit.room.request('broadcast', { text: 'still here' });
    old.event(broadcast(2));
    old.event({ type: 'event', event: 'replaced' });
    resume.reply(resumed);
    const rest = [await next.nextOfAny(), await next.nextOfAny()];
    expect(rest.map(({ action }) => action).sort()).toEqual(['broadcast', 'sync']);
    for (const one of rest) {
      if (one.action === 'broadcast') one.reply({ seq: 3, sentAt: '2026-11-23T09:00:00.000Z', online: 1 });
      else one.reply({ messages: [broadcast(1), broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
    }
    next.event(broadcast(3));
    await said;
    await visit.shownCount(3);
    expect(visit.shown).toEqual([1, 2, 3]);
    expect(states).toEqual([]);
    await old.closed;
  });

  test('a refused one leaves the session where it was', async () => {
    const old = await visit.logIn({}, { handover: 30, handoverRetry: 20 });
    const first = await visit.scripted.peer();
    (await first.next('resume')).refuse('rate-limited');
    await first.closed;
    const request = visit.room.request('whoelse', {});
    (await old.next('whoelse')).reply({ users: [], total: 0 });
    await request;
    (await (await visit.scripted.peer()).next('resume')).reply(resumed);
    await old.closed;
  });

  test('one that nothing can make leaves the session where it was, however often it is tried', async () => {
    const old = await visit.join({}, { handover: 30, handoverRetry: 20 });
    await Promise.all([visit.room.login('csee4119', 'lotsofexams'), visit.scripted.letIn(old)]);
    const first = await visit.scripted.peer();
    (await first.next('resume')).refuse('bad-token');
    await first.closed;
    await (await visit.scripted.peer()).closed;
    await (await visit.scripted.peer()).closed;
    const request = visit.room.request('whoelse', {});
    (await old.next('whoelse')).reply({ users: [], total: 0 });
    await request;
  });

  test('one of unknown outcome is mended as a loss', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const half = await visit.scripted.peer();
    await half.next('resume');
    half.vanish();
    expect((await (await visit.scripted.peer()).next('resume')).arguments.token).toBe('token-1');
    // The socket ends without a close frame, because a close would be a logout.
    expect(await old.closed).toBe(1006);
  });

  test('one that was lost half-way is mended as a loss', async () => {
    const old = await visit.logIn({}, { handover: 30 });
    const half = await visit.scripted.peer();
    const { newToken } = (await half.next('resume')).arguments;
    old.event({ type: 'event', event: 'replaced' });
    await old.closed;
    half.vanish();
    const next = await visit.scripted.peer();
    (await next.next('resume')).refuse('bad-token');
    const resume = await next.next('resume');
    expect(resume.arguments.token).toBe(newToken);
    resume.reply(resumed);
    await next.next('sync');
  });
});
