import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

describe('registering', () => {
  test('a name can be registered once in any case, and keeps its spelling', async () => {
    const client = await room.connect();
    expect(await client.get('register', { user: 'Columbia', password })).toMatchObject({ user: 'Columbia' });
    expect(await client.refused('register', { user: 'Columbia', password })).toMatchObject({ code: 'user-exists' });
    expect(await client.refused('register', { user: 'columbia', password })).toMatchObject({ code: 'user-exists' });
    expect(await client.get('login', { user: 'COLUMBIA', password })).toMatchObject({ user: 'Columbia' });
    await client.close();
  });

  test.each([
    '',
    ' ',
    'a b',
    '-dash',
    'x'.repeat(33),
    'System',
    'quit',
    'Register',
    'emoji😀',
    'new\nline',
    '__proto__',
  ])('the name %j is refused', async (user) => {
    const client = await room.connect();
    expect(await client.refused('register', { user, password })).toMatchObject({ code: 'invalid-user' });
    await client.close();
  });

  test('a password must have the required length', async () => {
    const client = await room.connect();
    const short = await client.refused('register', { user: 'shorty', password: '1234567' });
    expect(short).toMatchObject({ code: 'invalid-password', message: 'A password has at least 8 characters.' });
    const long = await client.refused('register', { user: 'shorty', password: 'ä'.repeat(513) });
    expect(long).toMatchObject({ code: 'invalid-password' });
    await room.change('minPassword', 3);
    await client.get('register', { user: 'shorty', password: '123' });
    await room.change('minPassword', 8);
    await client.close();
  });

  test('the most common passwords are refused, in any case', async () => {
    const client = await room.connect();
    for (const common of ['Password1', 'BASEBALL', '12345678']) {
      const refusal = await client.refused('register', { user: 'careless', password: common });
      expect(refusal).toMatchObject({ code: 'invalid-password' });
      expect(refusal.message).toMatch(/most common/);
    }
    await client.close();
  });

  test('of twenty concurrent registrations of one name, one succeeds', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => room.connect()));
    const replies = await Promise.all(clients.map((client) => client.ask('register', { user: 'wanted', password })));
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'user-exists')).toHaveLength(19);
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('logging in', () => {
  test('returns the registered spelling of the name, a token, TIME_OUT, and the numbers of unread messages', async () => {
    await room.register('SEAS');
    const client = await room.connect();
    const reply = await client.get('login', { user: 'seas', password });
    expect(reply).toMatchObject({ user: 'SEAS', timeOut: 1800, unread: { inbox: 0, room: 0 } });
    expect(reply.token).toMatch(/^[\w-]{43}$/);
    await client.close();
  });

  test('the other users get the login event, and the user does not', async () => {
    const facebook = await room.enter('facebook');
    const google = await room.enter('Google');
    // Users of earlier tests may not have left yet.
    const Google = { user: 'Google' };
    expect(await facebook.event('login', Google)).toEqual({ type: 'event', event: 'login', user: 'Google' });
    await google.close();
    expect(await facebook.event('logout', Google)).toEqual({
      type: 'event',
      event: 'logout',
      user: 'Google',
      reason: 'logout',
    });
    expect(google.events('login')).toEqual([]);
    await facebook.close();
  });

  test('an unknown name is refused', async () => {
    const client = await room.connect();
    expect(await client.refused('login', { user: 'nobody', password })).toMatchObject({ code: 'no-such-user' });
    expect(await client.refused('login', { user: 'constructor', password })).toMatchObject({ code: 'no-such-user' });
    await client.close();
  });

  test('a connection without a login gets no answers to commands of members', async () => {
    const client = await room.connect();
    for (const action of ['whoelse', 'wholasthr', 'blocklist', 'sync', 'logout'] as const) {
      expect(await client.refused(action, {})).toMatchObject({ code: 'not-logged-in' });
    }
    expect(await client.refused('broadcast', { text: 'hi' })).toMatchObject({ code: 'not-logged-in' });
    expect(await client.refused('message', { to: 'SEAS', text: 'hi' })).toMatchObject({ code: 'not-logged-in' });
    // An acknowledgement has no reply, but it can be refused.
    expect(await client.refused('ack', { inbox: 1 })).toMatchObject({ code: 'not-logged-in' });
    await client.close();
  });

  test('works once per connection', async () => {
    await room.register('network');
    const client = await room.enter('foobar');
    expect(await client.refused('login', { user: 'network', password })).toMatchObject({ code: 'already-logged-in' });
    expect(await client.refused('register', { user: 'more', password })).toMatchObject({ code: 'already-logged-in' });
    await client.close();
  });

  test('a logout is answered, announced to the other users, and closes the connection', async () => {
    const facebook = await room.enter('facebook');
    const google = await room.enter('Google');
    expect(await google.get('logout', {})).toMatchObject({ action: 'logout', ok: true });
    expect(await google.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
    expect(await facebook.event('logout', { user: 'Google' })).toMatchObject({ reason: 'logout' });
    expect((await facebook.get('whoelse', {})).users).not.toContain('Google');
    await facebook.close();
  });

  test('a user who is online cannot log in again; a user whose connection is gone can, at once', async () => {
    const first = await room.enter('wikipedia');
    const second = await room.connect();
    expect(await second.refused('login', { user: 'wikipedia', password })).toMatchObject({ code: 'already-online' });
    await first.kill();
    await second.get('login', { user: 'wikipedia', password });
    await second.close();
  });

  test('a connection that sends commands after its logout is not logged in', async () => {
    const client = await room.enter('windows');
    client.say('logout', {});
    const late = client.say('whoelse', {});
    await client.closed;
    for (const reply of client.all((heard) => heard.id === late && heard.ok === true)) {
      // It is handled in parallel with the logout, so it may have been first.
      expect(reply.users).not.toContain('windows');
    }
    const again = await room.connect();
    await again.get('login', { user: 'windows', password });
    await again.close();
  });
});

describe('of twenty concurrent logins of one user', () => {
  test('exactly one succeeds, and the count is right', async () => {
    await room.register('csee4119');
    const clients = await Promise.all(Array.from({ length: 20 }, () => room.connect()));
    const replies = await Promise.all(clients.map((client) => client.ask('login', { user: 'csee4119', password })));
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'already-online')).toHaveLength(19);
    const other = await room.enter('Google');
    await expect.poll(async () => (await other.get('whoelse', {})).users).toEqual(['csee4119']);
    const { settings } = (await room.admin({ command: 'settings' })) as { settings: { online: number } };
    expect(settings.online).toBe(2);
    await Promise.all([...clients, other].map((client) => client.close()));
  });
});
