import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

describe('registering', () => {
  test('a name can be had once, whatever its case, and keeps the case it was typed in', async () => {
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

  test('a password has the length that the room asks for', async () => {
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

  test('of twenty who want one name at once, one gets it', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => room.connect()));
    const replies = await Promise.all(clients.map((client) => client.ask('register', { user: 'wanted', password })));
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'user-exists')).toHaveLength(19);
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('logging in', () => {
  test('tells the name as registered, a token, TIME_OUT, and what is unread', async () => {
    await room.register('SEAS');
    const client = await room.connect();
    const reply = await client.get('login', { user: 'seas', password });
    expect(reply).toMatchObject({ user: 'SEAS', timeOut: 1800, unread: { inbox: 0, room: 0 } });
    expect(reply.token).toMatch(/^[\w-]{43}$/);
    await client.close();
  });

  test('everyone else is told, and oneself is not', async () => {
    const facebook = await room.enter('facebook');
    const google = await room.enter('Google');
    // Whoever was there before may be leaving still.
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

  test('nobody is there under a name that nobody registered', async () => {
    const client = await room.connect();
    expect(await client.refused('login', { user: 'nobody', password })).toMatchObject({ code: 'no-such-user' });
    expect(await client.refused('login', { user: 'constructor', password })).toMatchObject({ code: 'no-such-user' });
    await client.close();
  });

  test('nothing is said to who has not logged in', async () => {
    const client = await room.connect();
    for (const action of ['whoelse', 'wholasthr', 'blocklist', 'sync', 'logout'] as const) {
      expect(await client.refused(action, {})).toMatchObject({ code: 'not-logged-in' });
    }
    expect(await client.refused('broadcast', { text: 'hi' })).toMatchObject({ code: 'not-logged-in' });
    expect(await client.refused('message', { to: 'SEAS', text: 'hi' })).toMatchObject({ code: 'not-logged-in' });
    // An acknowledgement has no reply, but what is wrong with it is told.
    expect(await client.refused('ack', { inbox: 1 })).toMatchObject({ code: 'not-logged-in' });
    await client.close();
  });

  test('once over one connection', async () => {
    await room.register('network');
    const client = await room.enter('foobar');
    expect(await client.refused('login', { user: 'network', password })).toMatchObject({ code: 'already-logged-in' });
    expect(await client.refused('register', { user: 'more', password })).toMatchObject({ code: 'already-logged-in' });
    await client.close();
  });

  test('logging out answers, tells the others, and closes the connection', async () => {
    const facebook = await room.enter('facebook');
    const google = await room.enter('Google');
    expect(await google.get('logout', {})).toMatchObject({ action: 'logout', ok: true });
    expect(await google.closed).toEqual({ code: 1000, reason: 'Connection Closed Normally' });
    expect(await facebook.event('logout', { user: 'Google' })).toMatchObject({ reason: 'logout' });
    expect((await facebook.get('whoelse', {})).users).not.toContain('Google');
    await facebook.close();
  });

  test('a user who is online is not logged in twice; one whose connection is gone is, at once', async () => {
    const first = await room.enter('wikipedia');
    const second = await room.connect();
    expect(await second.refused('login', { user: 'wikipedia', password })).toMatchObject({ code: 'already-online' });
    await first.kill();
    await second.get('login', { user: 'wikipedia', password });
    await second.close();
  });

  test('a connection that says logout and goes on is nobody', async () => {
    const client = await room.enter('windows');
    client.say('logout', {});
    const late = client.say('whoelse', {});
    await client.closed;
    for (const reply of client.all((heard) => heard.id === late && heard.ok === true)) {
      // Handled side by side with the logout, it may still have come first.
      expect(reply.users).not.toContain('windows');
    }
    const again = await room.connect();
    await again.get('login', { user: 'windows', password });
    await again.close();
  });
});

describe('of fifty logins of one user at once', () => {
  test('exactly one wins, and the count is right', async () => {
    await room.register('csee4119');
    const clients = await Promise.all(Array.from({ length: 50 }, () => room.connect()));
    const replies = await Promise.all(clients.map((client) => client.ask('login', { user: 'csee4119', password })));
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'already-online')).toHaveLength(49);
    const other = await room.enter('Google');
    await expect.poll(async () => (await other.get('whoelse', {})).users).toEqual(['csee4119']);
    const { settings } = (await room.admin({ command: 'settings' })) as { settings: { online: number } };
    expect(settings.online).toBe(2);
    await Promise.all([...clients, other].map((client) => client.close()));
  });
});
