import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Visit } from '../testing/visit.ts';

let visit: Visit;
beforeEach(async () => {
  visit = await Visit.begin();
});
afterEach(() => visit.end());

describe('the reply to a request', () => {
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

  test('a throttled login is sent again over the same connection, although that was idle for long meanwhile', async () => {
    const peer = await visit.join({}, { guest: 10, backoff: 200 });
    const login = visit.room.login('csee4119', 'lotsofexams');
    for (let i = 0; i < 4; i += 1) {
      await peer.next('login');
      peer.send('{"message":"Too Many Requests","connectionId":"x=","requestId":"abc="}');
    }
    await Promise.all([login, visit.scripted.letIn(peer)]);
    expect(visit.room.user).toBe('csee4119');
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

describe('after a loss of the connection', () => {
  const sentAt = '2026-11-23T09:00:00.000Z';
  const resumed = { user: 'csee4119', token: 't2', timeOut: 1, unread: { inbox: 0, room: 0 } };

  test('an unanswered message is sent again, marked as a repeat; an unanswered query is sent again as it was', async () => {
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

  test('a request is sent again as often as the connection is lost', async () => {
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
    '%s succeeds if only its repeat is refused, because it was carried out the first time',
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

  test.each(['not-logged-in', 'rate-limited'] as const)(
    'a message whose repeat is refused as %s fails as lost, because the first sending may have succeeded',
    async (code) => {
      const peer = await visit.logIn({}, { tooFast: 0 });
      const said = visit.room.request('message', { to: 'facebook', text: 'hello' });
      const failure = expect(said).rejects.toMatchObject({ name: 'ConnectionLostError' });
      await peer.next('message');
      peer.vanish();
      const next = await visit.scripted.peer();
      (await next.next('resume')).reply(resumed);
      const requests = [await next.nextOfAny(), await next.nextOfAny()];
      const details = code === 'rate-limited' ? { retryAfter: 1 } : {};
      requests.find(({ action }) => action === 'message')?.refuse(code, details);
      if (code === 'not-logged-in') {
        const last = await visit.scripted.peer();
        (await last.next('resume')).refuse('bad-token');
        (await last.next('login')).refuse('wrong-password');
      }
      await failure;
    },
  );

  test('a request that may not be repeated, or is too old for that, fails as lost', async () => {
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
});
