import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let watcher: RawClient;
beforeAll(async () => {
  room = await openRoom();
  await room.register('facebook', 'Columbia');
  watcher = await room.enter('watcher');
});
afterAll(() => room.close());

async function login(user = 'facebook'): Promise<{ client: RawClient; token: string }> {
  // Only ten logins of a user are announced in a row.
  await room.database.set('Users', { name: user.toLowerCase() }, { announcedUntil: 0 });
  const client = await room.connect();
  const { token } = await client.get('login', { user, password });
  await watcher.event('login', { user });
  return { client, token };
}

async function leave(client: RawClient): Promise<void> {
  await client.get('logout', {});
  await watcher.event('logout');
}

const badToken = async (user: string, token: string) => {
  const client = await room.connect();
  expect(await client.refused('resume', { user, token })).toMatchObject({ code: 'bad-token' });
  await client.close();
};

const lost = async (client: RawClient) => {
  await client.kill();
  await expect.poll(async () => (await room.database.presence()).some((one) => 'detachedAt' in one)).toBe(true);
};

describe('a session whose connection was lost', () => {
  test('continues with its token: other users get no event, and the client gets missed messages', async () => {
    const { client, token } = await login();
    const notices = watcher.received.length;
    await lost(client);
    expect(await watcher.get('message', { to: 'facebook', text: 'missed' })).toMatchObject({ delivery: 'stored' });
    const next = await room.connect();
    const resumed = await next.get('resume', { user: 'FACEBOOK', token });
    expect(resumed).toMatchObject({ user: 'facebook', timeOut: 1800 });
    expect(resumed.unread).toMatchObject({ inbox: 1 });
    expect(resumed.token).not.toBe(token);
    expect((await next.get('sync', {})).messages).toMatchObject([{ text: 'missed' }]);
    expect(await watcher.get('message', { to: 'facebook', text: 'live' })).toMatchObject({ delivery: 'delivered' });
    expect(await next.event('message')).toMatchObject({ text: 'live' });
    expect(watcher.received.slice(notices).filter((one) => one.type === 'event')).toEqual([]);
    next.say('ack', { inbox: 2 });
    await leave(next);
  });

  test('continues when a page was reloaded: the browser has closed the connection with 1001', async () => {
    const { client, token } = await login();
    const notices = watcher.received.length;
    client.socket.close(1001);
    await client.closed;
    await expect.poll(async () => (await room.database.presence()).some((one) => 'detachedAt' in one)).toBe(true);
    const next = await room.connect();
    expect(await next.get('resume', { user: 'facebook', token })).toMatchObject({ user: 'facebook' });
    expect(watcher.received.slice(notices).filter((one) => one.type === 'event')).toEqual([]);
    await leave(next);
  });

  test('is replaced by a login of its user, without a logout event', async () => {
    const { client, token } = await login();
    await lost(client);
    const next = await room.connect();
    await next.get('login', { user: 'facebook', password });
    await badToken('facebook', token);
    expect(await room.database.counts()).toEqual({ counted: 2, present: 2 });
    expect(watcher.events('logout').at(-1)).not.toMatchObject({ reason: 'lost' });
    await leave(next);
  });
});

describe('a session that is online', () => {
  test('is handed over: the old connection gets an event and is closed', async () => {
    const { client, token } = await login();
    const next = await room.connect();
    await next.get('resume', { user: 'facebook', token });
    expect(await client.event('replaced')).toEqual({ type: 'event', event: 'replaced' });
    expect((await client.closed).code).toBe(1000);
    // The `$disconnect` of the old connection must not end the session.
    expect(await watcher.get('whoelse', {})).toMatchObject({ users: ['facebook'] });
    expect(await next.get('whoelse', {})).toMatchObject({ users: ['watcher'] });
    await leave(next);
  });

  test('loses none of a hundred messages that are sent during the handover', async () => {
    const { client, token } = await login('Columbia');
    const sent = Array.from({ length: 100 }, (_, i) => `m${i}`);
    const replies = (async () => {
      for (const text of sent) await watcher.get('message', { to: 'Columbia', text });
    })();
    let [current, key] = [client, token];
    const heard: RawClient[] = [current];
    for (let i = 0; i < 5; i += 1) {
      const next = await room.connect();
      key = (await next.get('resume', { user: 'Columbia', token: key })).token;
      await current.closed;
      current = next;
      heard.push(next);
    }
    await replies;
    const { messages } = await current.get('sync', { inbox: 0 });
    expect(messages).toMatchObject(sent.map((text) => ({ text })));
    const live = heard.flatMap((one) => one.events('message').map((event) => event.seq));
    expect(new Set(live).size).toBe(live.length);
    await leave(current);
  });
});

describe('a token', () => {
  test('is valid once', async () => {
    const { client, token } = await login();
    const next = await room.connect();
    await next.get('resume', { user: 'facebook', token });
    await client.closed;
    await badToken('facebook', token);
    await leave(next);
  });

  test('that the client chose is valid even if the reply was lost; a weak one is refused', async () => {
    const { client, token } = await login();
    const next = await room.connect();
    const newToken = 'chosen-by-the-client-itself';
    await next.get('resume', { user: 'facebook', token, newToken });
    await client.closed;
    await lost(next);
    await badToken('facebook', token);
    const third = await room.connect();
    const { token: given } = await third.get('resume', { user: 'facebook', token: newToken });
    expect([token, newToken]).not.toContain(given);
    const weak = { user: 'facebook', token: given, newToken: 'too short' };
    expect(await (await room.connect()).refused('resume', weak)).toMatchObject({
      code: 'bad-request',
      field: 'newToken',
    });
    await leave(third);
  });

  test('is valid for its own user only, and cannot be guessed', async () => {
    const { client, token } = await login();
    const { client: other } = await login('Columbia');
    await badToken('Columbia', token);
    await badToken('facebook', `${token}x`);
    await badToken('facebook', '');
    await badToken('nobody', token);
    expect(await client.get('whoelse', {})).toMatchObject({ total: 2 });
    await leave(client);
    await leave(other);
  });

  test('cannot be used on a connection that is logged in', async () => {
    const { client, token } = await login();
    expect(await watcher.refused('resume', { user: 'facebook', token })).toMatchObject({ code: 'already-logged-in' });
    await leave(client);
  });

  test('is invalid after a logout', async () => {
    const { client, token } = await login();
    await leave(client);
    await badToken('facebook', token);
  });

  test('is refused with the reason of a kick, even if the client did not get the event', async () => {
    const { client, token } = await login();
    const newToken = 'chosen-by-the-client-itself';
    await client.get('passwd', { oldPassword: password, newPassword: password, newToken });
    await lost(client);
    await room.admin({ command: 'kick', user: 'facebook', reason: 'shouting' });
    await watcher.event('logout', { reason: 'kicked' });
    await badToken('facebook', token);
    const next = await room.connect();
    const kicked = { code: 'kicked', reason: 'shouting' };
    expect(await next.refused('resume', { user: 'facebook', token: newToken })).toMatchObject(kicked);
    await next.get('login', { user: 'facebook', password });
    await leave(next);
    await badToken('facebook', newToken);
  });

  test('is refused as kicked if the password was changed during the kick', async () => {
    const { client } = await login();
    const newToken = 'chosen-by-the-client-itself';
    let isFirst = true;
    onTestFinished(() => room.local.faults.reset());
    room.local.faults.beforeDynamoDb = async ({ function: caller, operation }) => {
      if (!isFirst || operation !== 'TransactWriteItems' || !caller.startsWith('Admin')) return undefined;
      isFirst = false;
      await client.get('passwd', { oldPassword: password, newPassword: password, newToken });
      return undefined;
    };
    await room.kick('facebook');
    await client.closed;
    await watcher.event('logout', { reason: 'kicked' });
    const next = await room.connect();
    expect(await next.refused('resume', { user: 'facebook', token: newToken })).toMatchObject({ code: 'kicked' });
    await next.close();
  });

  test('is invalid after a change of the password', async () => {
    const { client, token } = await login();
    await client.get('passwd', { oldPassword: password, newPassword: password });
    await badToken('facebook', token);
    await leave(client);
  });

  test('is invalid after the grace period', async () => {
    const { client, token } = await login();
    await lost(client);
    room.local.clock.forward(30_000);
    await watcher.event('logout', { reason: 'lost' });
    await badToken('facebook', token);
  });

  test('is invalid after TIME_OUT', async () => {
    const { client, token } = await login();
    await room.change('timeOut', 60);
    // Activity is recorded at most every four seconds.
    room.local.clock.forward(65_000);
    await client.event('timeout');
    await badToken('facebook', token);
  });
});
