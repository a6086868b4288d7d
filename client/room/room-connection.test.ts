import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { broadcast, hidden, message } from '../testing/scripted-room.ts';
import { Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

describe('when the room asks whether it is there', () => {
  const question = { type: 'event', event: 'are-you-there' } as const;

  test('it answers at once, and reads what may have been posted in vain', async () => {
    const peer = await visit.logIn();
    peer.event(question);
    expect((await peer.next('here')).arguments).toEqual({});
    const page = { messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false };
    (await peer.next('sync')).reply(page);
    await visit.shownCount(1);
  });

  test('it answers before the reply to its login has come, too', async () => {
    const peer = await visit.join();
    const login = visit.room.login('facebook', 'wastingtime');
    const asked = await peer.next('login');
    peer.event(question);
    await peer.next('here');
    asked.reply({ user: 'facebook', token: 't', timeOut: 60, unread: { inbox: 0, room: 0 } });
    await login;
  });
});

describe('requests', () => {
  test('replies find their requests, in whichever order they come', async () => {
    const peer = await visit.logIn();
    const whoelse = visit.room.request('whoelse', {});
    const blocklist = visit.room.request('blocklist', {});
    const [first, second] = [await peer.next('whoelse'), await peer.next('blocklist')];
    second.reply({ users: ['Google'] });
    first.reply({ users: ['Columbia'], total: 1 });
    expect(await whoelse).toEqual({ users: ['Columbia'], total: 1 });
    expect(await blocklist).toEqual({ users: ['Google'] });
  });

  test('a refusal is an error with its code and details', async () => {
    const peer = await visit.join();
    const login = visit.room.login('facebook', '12');
    (await peer.next('login')).refuse('wrong-password', { triesLeft: 2 });
    await expect(login).rejects.toMatchObject({
      name: 'RefusalError',
      code: 'wrong-password',
      details: { triesLeft: 2 },
      message: 'Wrong password.',
    });
  });

  test("a gateway's own error fails the one request it can be about", async () => {
    const peer = await visit.logIn();
    const lost = visit.room.request('whoelse', {});
    const answered = visit.room.request('blocklist', {});
    const failure = expect(lost).rejects.toMatchObject({ name: 'GatewayError', requestId: 'abc=' });
    await peer.next('whoelse');
    const second = await peer.next('blocklist');
    peer.send('{"message":"Internal server error","connectionId":"x=","requestId":"abc="}');
    second.reply({ users: [] });
    expect(await answered).toEqual({ users: [] });
    await failure;
  });

  test.each([
    ['an error is about the ping', 'reply'],
    ['an error is about the request', 'pong'],
  ] as const)('%s if what comes next is the %s', async (_, first) => {
    const peer = await visit.logIn({}, { ping: 60, pong: 5_000, reply: 5_000 });
    peer.answersPings = false;
    const asked = visit.room.request('whoelse', {});
    const request = await peer.next('whoelse');
    await expect.poll(() => peer.pings).toBeGreaterThan(0);
    peer.send('{"message":"Too Many Requests","connectionId":"x=","requestId":"abc="}');
    if (first === 'pong') {
      const failure = expect(asked).rejects.toMatchObject({ name: 'GatewayError' });
      peer.send('{"type":"pong"}');
      return failure;
    }
    request.reply({ users: [], total: 0 });
    expect(await asked).toEqual({ users: [], total: 0 });
  });

  test('a reply that does not come, or is none, is an error', async () => {
    const peer = await visit.logIn({}, { reply: 50 });
    await expect(visit.room.request('whoelse', {})).rejects.toMatchObject({ name: 'RequestTimeoutError' });
    const odd = visit.room.request('blocklist', {});
    await peer.next('whoelse');
    const { id } = await peer.next('blocklist');
    peer.send(JSON.stringify({ type: 'reply', action: 'blocklist', id, ok: true, users: 7 }));
    await expect(odd).rejects.toMatchObject({ name: 'UnexpectedReplyError' });
  });

  test('a long request goes in frames that API Gateway takes, a longer one not at all', async () => {
    const peer = await visit.logIn();
    const text = 'ä'.repeat(40_000);
    const sent = visit.room.request('broadcast', { text });
    const received = await peer.next('broadcast');
    expect(received.arguments.text).toBe(text);
    received.refuse('too-long', { limit: 8192 });
    await expect(sent).rejects.toMatchObject({ code: 'too-long' });
    await expect(visit.room.request('broadcast', { text: 'x'.repeat(200_000) })).rejects.toMatchObject({
      name: 'RequestTooLargeError',
    });
  });
});

describe('streams', () => {
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

  test('messages that overtook each other are shown in order, doubles once, hidden ones not', async () => {
    const peer = await visit.logIn();
    for (const event of [broadcast(2), broadcast(1), broadcast(2), hidden(3), broadcast(4), broadcast(1)]) {
      peer.event(event);
    }
    await visit.shownCount(3);
    expect(visit.shown).toEqual([1, 2, 4]);
    expect((await peer.next('ack')).arguments).toEqual({ inbox: 0, room: 4 });
  });

  test('a message that does not come is asked for', async () => {
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

  test("one's own broadcast is asked for when it does not come back", async () => {
    const peer = await visit.logIn();
    const shownOwn = visit.room.shown('room', 1);
    (await peer.next('sync')).reply({ messages: [broadcast(1)], upTo: { inbox: 0, room: 1 }, more: false });
    await shownOwn;
    expect(visit.shown).toEqual([1]);
  });

  test('what a handler has not taken yet is not acknowledged', async () => {
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

  test('what is posted during the logout is not shown, because it is not acknowledged', async () => {
    const peer = await visit.logIn();
    peer.event(broadcast(1));
    await visit.shownCount(1);
    const left = visit.room.leave();
    const logout = await peer.next('logout');
    expect(logout.arguments).toEqual({ inbox: 0, room: 1 });
    peer.event(broadcast(2));
    logout.reply({});
    await left;
    expect(visit.shown).toEqual([1]);
  });

  test('leaving tells what was shown with the logout, which nothing overtakes', async () => {
    const peer = await visit.logIn({}, { acknowledge: 60_000 });
    peer.event(broadcast(1));
    await visit.shownCount(1);
    let hasLeft = false;
    const left = Promise.all([visit.room.leave(), visit.room.leave().then(() => (hasLeft = true))]);
    const logout = await peer.next('logout');
    expect(logout.arguments).toEqual({ inbox: 0, room: 1 });
    expect(hasLeft).toBe(false);
    logout.reply({});
    await left;
    expect(await visit.room.ended).toEqual({ reason: 'logout' });
    expect(await peer.closed).toBe(1000);
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
    const peer = await visit.logIn();
    peer.event(broadcast(1));
    peer.event(event);
    expect(await visit.room.ended).toEqual(ending);
    expect(visit.shown).toEqual([1]);
    await peer.closed;
  });
});
