import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { broadcast, hidden, message, type Peer, ScriptedRoom } from '../testing/scripted-room.ts';
import { type ConnectOptions, connect, type RoomConnection, type ShownMessage, type Timing } from './index.ts';

const timing: Partial<Timing> = { gap: 20, backoff: 5, acknowledge: 20, handoverJitter: 0, overlap: 20, logout: 500 };

let scripted: ScriptedRoom;
let room: RoomConnection;
let shown: (number | string)[];
let waiting: { count: number; resolve(): void }[];

beforeEach(async () => {
  scripted = await ScriptedRoom.start();
  shown = [];
  waiting = [];
});

afterEach(async () => {
  const left = room.leave();
  await scripted.close();
  await left;
});

/** Resolves when so many messages have been shown in all. */
function shownCount(count: number): Promise<void> {
  return new Promise((resolve) => {
    if (shown.length >= count) resolve();
    else waiting.push({ count, resolve });
  });
}

function take(message: ShownMessage): void {
  shown.push(message.event === 'broadcast' ? message.seq : `${message.event} ${message.seq}`);
  for (const { count, resolve } of waiting) if (shown.length >= count) resolve();
}

/** Stops this process, clocks and all, as a closed lid does. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

async function join(options: Partial<ConnectOptions> = {}, more: Partial<Timing> = {}): Promise<Peer> {
  room = await connect({ url: scripted.url, message: take, timing: { ...timing, ...more }, ...options });
  return scripted.peer();
}

async function logIn(options?: Partial<ConnectOptions>, more?: Partial<Timing>): Promise<Peer> {
  const peer = await join(options, more);
  await Promise.all([room.login('csee4119', 'lotsofexams', { keepPassword: true }), scripted.letIn(peer)]);
  await room.caughtUp();
  return peer;
}

describe('requests', () => {
  test('replies find their requests, in whichever order they come', async () => {
    const peer = await logIn();
    const whoelse = room.request('whoelse', {});
    const blocklist = room.request('blocklist', {});
    const [first, second] = [await peer.next('whoelse'), await peer.next('blocklist')];
    second.reply({ users: ['Google'] });
    first.reply({ users: ['Columbia'], total: 1 });
    expect(await whoelse).toEqual({ users: ['Columbia'], total: 1 });
    expect(await blocklist).toEqual({ users: ['Google'] });
  });

  test('a refusal is an error with its code and details', async () => {
    const peer = await join();
    const login = room.login('facebook', '12');
    (await peer.next('login')).refuse('wrong-password', { triesLeft: 2 });
    await expect(login).rejects.toMatchObject({
      name: 'RefusalError',
      code: 'wrong-password',
      details: { triesLeft: 2 },
      message: 'Wrong password.',
    });
  });

  test("a gateway's own error fails the one request it can be about", async () => {
    const peer = await logIn();
    const lost = room.request('whoelse', {});
    const answered = room.request('blocklist', {});
    const failure = expect(lost).rejects.toMatchObject({ name: 'GatewayError', requestId: 'abc=' });
    await peer.next('whoelse');
    const second = await peer.next('blocklist');
    peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
    second.reply({ users: [] });
    expect(await answered).toEqual({ users: [] });
    await failure;
  });

  test('a reply that does not come, or is none, is an error', async () => {
    const peer = await logIn({}, { reply: 50 });
    await expect(room.request('whoelse', {})).rejects.toMatchObject({ name: 'RequestTimeoutError' });
    const odd = room.request('blocklist', {});
    await peer.next('whoelse');
    const { id } = await peer.next('blocklist');
    peer.send(JSON.stringify({ type: 'reply', action: 'blocklist', id, ok: true, users: 7 }));
    await expect(odd).rejects.toMatchObject({ name: 'UnexpectedReplyError' });
  });

  test('a long request goes in frames that API Gateway takes, a longer one not at all', async () => {
    const peer = await logIn();
    const text = 'ä'.repeat(40_000);
    const sent = room.request('broadcast', { text });
    const received = await peer.next('broadcast');
    expect(received.arguments.text).toBe(text);
    received.refuse('too-long', { limit: 8192 });
    await expect(sent).rejects.toMatchObject({ code: 'too-long' });
    await expect(room.request('broadcast', { text: 'x'.repeat(200_000) })).rejects.toMatchObject({
      name: 'RequestTooLargeError',
    });
  });
});

describe('streams', () => {
  test('after a login everything missed is shown, page by page, and acknowledged', async () => {
    const missed: boolean[] = [];
    const peer = await join({
      message: (message, context) => {
        take(message);
        missed.push(context.missed);
      },
    });
    const login = room.login('csee4119', 'lotsofexams');
    (await peer.next('login')).reply({ user: 'csee4119', token: 't', timeOut: 60, unread: { inbox: 1, room: 2 } });
    await login;
    const first = await peer.next('sync');
    expect(first.arguments).toEqual({});
    // Posted while the first page is under way: its turn comes after what was missed.
    peer.event(broadcast(4));
    first.reply({ messages: [broadcast(2), message(7)], upTo: { inbox: 7, room: 2 }, more: true });
    const second = await peer.next('sync');
    expect(second.arguments).toEqual({ inbox: 7, room: 2 });
    peer.event(broadcast(3));
    second.reply({ messages: [message(8), broadcast(3)], upTo: { inbox: 8, room: 3 }, more: false });
    await room.caughtUp();
    await shownCount(5);
    expect(shown).toEqual([2, 'message 7', 'message 8', 3, 4]);
    expect(missed).toEqual([true, true, true, true, false]);
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 8, room: 4 });
  });

  test('messages that overtook each other are shown in order, doubles once, hidden ones not', async () => {
    const peer = await logIn();
    for (const event of [broadcast(2), broadcast(1), broadcast(2), hidden(3), broadcast(4), broadcast(1)]) {
      peer.event(event);
    }
    await shownCount(3);
    expect(shown).toEqual([1, 2, 4]);
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 4 });
  });

  test('a message that does not come is asked for', async () => {
    const peer = await logIn();
    peer.event(broadcast(3));
    const sync = await peer.next('sync');
    expect(sync.arguments).toEqual({ inbox: 0, room: 0 });
    expect(shown).toEqual([]);
    sync.reply({ messages: [broadcast(1), broadcast(2), broadcast(3)], upTo: { inbox: 0, room: 3 }, more: false });
    await shownCount(3);
    expect(shown).toEqual([1, 2, 3]);
  });

  test('a message that a page leaves out has expired', async () => {
    const peer = await logIn();
    peer.event(broadcast(3));
    (await peer.next('sync')).reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 3 }, more: false });
    await shownCount(2);
    expect(shown).toEqual([2, 3]);
  });

  test('a sync that fails is tried again', async () => {
    const peer = await logIn();
    peer.event(broadcast(2));
    (await peer.next('sync')).refuse('internal');
    (await peer.next('sync')).reply({ messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false });
    await shownCount(2);
    expect(shown).toEqual([1, 2]);
  });

  test("one's own broadcast is asked for when it does not come back", async () => {
    const peer = await logIn();
    const shownOwn = room.shown('room', 1);
    (await peer.next('sync')).reply({ messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false });
    await shownOwn;
    expect(shown).toEqual([1]);
  });

  test('what a handler has not taken yet is not acknowledged', async () => {
    let taken: () => void = () => {};
    const peer = await logIn({
      message: (message) => {
        take(message);
        return message.seq === 1 ? undefined : new Promise<void>((resolve) => (taken = resolve));
      },
    });
    peer.event(broadcast(1));
    peer.event(broadcast(2));
    peer.event(broadcast(3));
    await shownCount(2);
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 1 });
    expect(shown).toEqual([1, 2]);
    taken();
    await shownCount(3);
    taken();
    expect((await peer.next('ack')).arguments.room).toBeGreaterThan(1);
  });

  test('a handler that fails ends the connection, and nothing more is shown or acknowledged', async () => {
    const broken = new Error('no paper');
    const peer = await logIn({
      message: (message) => {
        take(message);
        throw broken;
      },
    });
    peer.event(broadcast(1));
    peer.event(broadcast(2));
    expect(await room.ended).toEqual({ reason: 'failed', cause: broken });
    expect(shown).toEqual([1]);
    expect(await peer.closed).toBe(1000);
  });

  test('fifty messages are acknowledged at once', async () => {
    const peer = await logIn({}, { acknowledge: 60_000 });
    for (let seq = 1; seq <= 50; seq += 1) peer.event(broadcast(seq));
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 50 });
  });

  test('leaving tells what was shown with the logout, which nothing overtakes', async () => {
    const peer = await logIn({}, { acknowledge: 60_000 });
    peer.event(broadcast(1));
    await shownCount(1);
    const left = room.leave();
    const logout = await peer.next('logout');
    expect(logout.arguments).toEqual({ inbox: 0, room: 1 });
    logout.reply({});
    await left;
    expect(await room.ended).toEqual({ reason: 'logout' });
    expect(await peer.closed).toBe(1000);
  });
});

describe('losing the connection', () => {
  test('the session is resumed, and what came meanwhile is shown', async () => {
    const states: string[] = [];
    const peer = await logIn({ connection: (state) => states.push(state) });
    peer.event(broadcast(1));
    await shownCount(1);
    peer.vanish();
    const next = await scripted.peer();
    const resume = await next.next('resume');
    expect(resume.arguments).toEqual({ user: 'csee4119', token: 'token-1', newToken: expect.any(String) });
    resume.reply({ user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 1 } });
    const sync = await next.next('sync');
    expect(sync.arguments).toEqual({ inbox: 0, room: 1 });
    sync.reply({ messages: [broadcast(2)], upTo: { inbox: 0, room: 2 }, more: false });
    await shownCount(2);
    expect(states).toEqual(['lost', 'restored']);
    // The next loss is mended with the new token.
    next.vanish();
    expect((await (await scripted.peer()).next('resume')).arguments.token).toBe('token-2');
  });

  const sentAt = '2026-11-23T09:00:00.000Z';
  const resumed = { user: 'csee4119', token: 't2', timeOut: 1, unread: { inbox: 0, room: 0 } };

  test('what was not answered is sent again: marked if it says something, as it was if it asks', async () => {
    const peer = await logIn();
    const said = room.request('message', { to: 'facebook', text: 'hello' });
    const asked = room.request('whoelse', {});
    const { id } = await peer.next('message');
    await peer.next('whoelse');
    peer.vanish();
    const next = await scripted.peer();
    const resume = await next.next('resume');
    // Said for the first time, while there is no connection.
    const fresh = room.request('message', { to: 'facebook', text: 'are you there?' });
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
    let peer = await logIn();
    const said = room.request('broadcast', { text: 'hello' });
    const { id } = await peer.next('broadcast');
    for (let loss = 0; loss < 3; loss += 1) {
      peer.vanish();
      peer = await scripted.peer();
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
      const peer = await logIn();
      const refused = room.request(action, { user: 'Google' });
      (await peer.next(action)).refuse(code);
      await expect(refused).rejects.toMatchObject({ code });
      const done = room.request(action, { user: 'facebook' });
      await peer.next(action);
      peer.vanish();
      const next = await scripted.peer();
      (await next.next('resume')).reply(resumed);
      const requests = [await next.nextOfAny(), await next.nextOfAny()];
      requests.find((one) => one.action === action)?.refuse(code);
      expect(await done).toEqual({});
    },
  );

  test('what cannot be repeated, or is too old to be, is told as it is', async () => {
    const peer = await logIn({}, { repeat: 0 });
    const changed = room.changePassword('lotsofexams', 'nomoreexams');
    const said = room.request('message', { to: 'facebook', text: 'hello' });
    const failures = [changed, said].map((one) => expect(one).rejects.toMatchObject({ name: 'ConnectionLostError' }));
    await peer.next('passwd');
    await peer.next('message');
    peer.vanish();
    await failures[0];
    (await (await scripted.peer()).next('resume')).reply(resumed);
    await Promise.all(failures);
  });

  test('when no connection is to be had any more, what may have been done is not called unsent', async () => {
    const peer = await logIn();
    const said = room.request('message', { to: 'facebook', text: 'hello' });
    const failure = expect(said).rejects.toMatchObject({ name: 'ConnectionLostError' });
    await peer.next('message');
    scripted.refuseWith = 503;
    peer.vanish();
    await failure;
    expect(await room.ended).toEqual({ reason: 'stop' });
  });

  test('a reply that is late makes it look whether the connection is dead', async () => {
    const peer = await logIn({}, { doubt: 20, pong: 30 });
    const said = room.request('message', { to: 'facebook', text: 'hello' });
    const { id } = await peer.next('message');
    await expect.poll(() => peer.pings).toBe(1);
    // It is alive, and only slow.
    const second = room.request('whoelse', {});
    peer.answersPings = false;
    await peer.next('whoelse');
    const next = await scripted.peer();
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
    const peer = await logIn({}, { watch: 10, asleep: 300, pong: 50 });
    expect(peer.pings).toBe(0);
    peer.answersPings = false;
    standStill(500);
    await expect.poll(() => peer.pings).toBe(1);
    (await (await scripted.peer()).next('resume')).reply(resumed);
  });

  test('after a sleep of the machine it does not wait any longer to try again', async () => {
    let lost: () => void = () => {};
    const isLost = new Promise<void>((resolve) => (lost = resolve));
    const peer = await logIn(
      { connection: (state) => state === 'lost' && lost() },
      { watch: 10, asleep: 300, backoff: 3_600_000, backoffMost: 3_600_000 },
    );
    peer.vanish();
    await isLost;
    standStill(500);
    (await (await scripted.peer()).next('resume')).reply(resumed);
  });

  test('when the session has ended meanwhile, the kept password logs in again', async () => {
    const peer = await logIn();
    const changed = room.changePassword('lotsofexams', 'nomoreexams');
    (await peer.next('passwd')).reply({});
    await changed;
    peer.vanish();
    const next = await scripted.peer();
    (await next.next('resume')).refuse('bad-token');
    expect((await next.next('login')).arguments).toEqual({
      user: 'csee4119',
      password: 'nomoreexams',
      newToken: expect.any(String),
    });
  });

  test('a resume whose reply was lost is found out: its token resumes, too', async () => {
    const peer = await logIn();
    peer.vanish();
    const second = await scripted.peer();
    const unanswered = await second.next('resume');
    second.vanish();
    const third = await scripted.peer();
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
    const peer = await logIn();
    peer.vanish();
    const second = await scripted.peer();
    (await second.next('resume')).refuse('bad-token');
    const { newToken } = (await second.next('login')).arguments;
    second.vanish();
    const third = await scripted.peer();
    const resume = await third.next('resume');
    expect(resume.arguments.token).toBe(newToken);
    resume.reply(resumed);
    await third.next('sync');
  });

  test('without a kept password that is the end', async () => {
    const peer = await join();
    await Promise.all([room.login('csee4119', 'lotsofexams'), scripted.letIn(peer)]);
    peer.vanish();
    (await (await scripted.peer()).next('resume')).refuse('bad-token');
    expect(await room.ended).toMatchObject({ reason: 'lost', cause: { code: 'bad-token' } });
    await expect(room.request('whoelse', {})).rejects.toMatchObject({ name: 'ConnectionEndedError' });
  });

  test('a room that is full or cannot be reached is tried again, a stopped one is not', async () => {
    const peer = await logIn();
    scripted.refuseWith = 429;
    peer.vanish();
    await expect.poll(() => scripted.attempts).toBeGreaterThan(3);
    scripted.refuseWith = 503;
    expect(await room.ended).toEqual({ reason: 'stop' });
  });

  test('a connection whose heartbeat is not answered is lost', async () => {
    const peer = await logIn({}, { ping: 10, pong: 30 });
    await expect.poll(() => peer.pings).toBeGreaterThan(3);
    peer.answersPings = false;
    await (await scripted.peer()).next('resume');
    expect(await peer.closed).toBe(1006);
  });

  test('before a login it is simply made again', async () => {
    const peer = await join();
    peer.close(1001);
    const next = await scripted.peer();
    await Promise.all([room.login('csee4119', 'x'), scripted.letIn(next)]);
    expect(room.user).toBe('csee4119');
  });
});

describe('the handover before API Gateway ends the connection', () => {
  const resumed = { user: 'csee4119', token: 'token-2', timeOut: 600, unread: { inbox: 0, room: 0 } };

  test('nobody notices, and nothing is lost or shown twice', async () => {
    const states: string[] = [];
    const old = await logIn({ connection: (state) => states.push(state) }, { handover: 60 });
    const answered = room.request('whoelse', {});
    const pending = await old.next('whoelse');
    const next = await scripted.peer();
    let hasMoved = false;
    const resuming = next.next('resume').finally(() => {
      hasMoved = true;
    });
    old.event(broadcast(1));
    await old.next('ack');
    // Not before everything sent over the old connection is answered.
    expect(hasMoved).toBe(false);
    pending.reply({ users: [], total: 0 });
    await answered;
    const resume = await resuming;
    expect(resume.arguments.token).toBe('token-1');
    // Said while the session moves: it goes over the new connection.
    const said = room.request('broadcast', { text: 'still here' });
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
    await shownCount(3);
    expect(shown).toEqual([1, 2, 3]);
    expect(states).toEqual([]);
    await old.closed;
  });

  test('a refused one leaves the session where it was', async () => {
    const old = await logIn({}, { handover: 30, handoverRetry: 20 });
    const first = await scripted.peer();
    (await first.next('resume')).refuse('rate-limited');
    await first.closed;
    const request = room.request('whoelse', {});
    (await old.next('whoelse')).reply({ users: [], total: 0 });
    await request;
    (await (await scripted.peer()).next('resume')).reply(resumed);
    await old.closed;
  });

  test('one of unknown outcome is mended as a loss', async () => {
    const old = await logIn({}, { handover: 30 });
    const half = await scripted.peer();
    await half.next('resume');
    half.vanish();
    expect((await (await scripted.peer()).next('resume')).arguments.token).toBe('token-1');
    // A hang-up, no close: that would be a logout.
    expect(await old.closed).toBe(1006);
  });

  test('one that was lost half-way is mended as a loss', async () => {
    const old = await logIn({}, { handover: 30 });
    const half = await scripted.peer();
    const { newToken } = (await half.next('resume')).arguments;
    old.event({ type: 'event', event: 'replaced' });
    await old.closed;
    half.vanish();
    const next = await scripted.peer();
    (await next.next('resume')).refuse('bad-token');
    const resume = await next.next('resume');
    expect(resume.arguments.token).toBe(newToken);
    resume.reply(resumed);
    await next.next('sync');
  });
});

describe('endings', () => {
  test.each([
    [{ type: 'event', event: 'timeout', seconds: 60 } as const, { reason: 'timeout', seconds: 60 }],
    [{ type: 'event', event: 'kicked', reason: 'spam' } as const, { reason: 'kicked', why: 'spam' }],
    [
      { type: 'event', event: 'stop', message: 'bye', retryAfter: 9 } as const,
      { reason: 'stop', message: 'bye', retryAfter: 9 },
    ],
    [{ type: 'event', event: 'replaced' } as const, { reason: 'replaced' }],
  ])('%o ends the connection, after what came before it', async (event, ending) => {
    const peer = await logIn();
    peer.event(broadcast(1));
    peer.event(event);
    expect(await room.ended).toEqual(ending);
    expect(shown).toEqual([1]);
    await peer.closed;
  });
});
