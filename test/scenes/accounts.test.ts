import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

describe('deregistering', () => {
  test('requires the password and an existing user', async () => {
    await room.register('leaver');
    const client = await room.connect();
    expect(await client.refused('deregister', { user: 'nobody', password })).toMatchObject({ code: 'no-such-user' });
    expect(await client.refused('deregister', { user: 'leaver', password: 'a guess' })).toMatchObject({
      code: 'wrong-password',
      triesLeft: 2,
    });
    await client.get('deregister', { user: 'LEAVER', password });
    expect(await client.refused('login', { user: 'leaver', password })).toMatchObject({ code: 'no-such-user' });
    await client.close();
  });

  test('is refused while the user is online, and to a connection that is logged in', async () => {
    const online = await room.enter('stayer');
    const other = await room.connect();
    expect(await other.refused('deregister', { user: 'stayer', password })).toMatchObject({ code: 'already-online' });
    // The room says that a user is online only after the right password.
    expect(await other.refused('deregister', { user: 'stayer', password: 'a guess' })).toMatchObject({
      code: 'wrong-password',
    });
    expect(await online.refused('deregister', { user: 'stayer', password })).toMatchObject({
      code: 'already-logged-in',
    });
    expect(await online.get('whoelse', {})).toMatchObject({ total: 0 });
    await online.get('logout', {});
    await other.get('deregister', { user: 'stayer', password });
    await other.close();
  });

  test('ends a detached session, and tells its client why', async () => {
    const watcher = await room.enter('watcher');
    const lost = await room.enter('lostone');
    await lost.kill();
    const client = await room.connect();
    await client.get('deregister', { user: 'lostone', password });
    expect(await watcher.event('logout', { user: 'lostone' })).toMatchObject({ reason: 'deregistered' });
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    await client.close();
    await watcher.get('logout', {});
  });

  test.each([
    ['by its owner', (client: RawClient) => client.get('deregister', { user: 'hoarder', password })],
    ['by the administrator', () => room.admin({ command: 'remove', user: 'hoarder' })],
  ])('deletes the whole inbox: %s', async (_, end) => {
    await room.register('hoarder');
    const friend = await room.enter('friend');
    await friend.get('message', { to: 'hoarder', text: 'a secret' });
    const [model] = await room.database.stream('inbox/hoarder');
    const position = (seq: number) => `${String(model?.['position']).split('/')[0]}/${String(seq).padStart(15, '0')}`;
    const more = Array.from({ length: 119 }, (__, i) => ({ ...model, seq: i + 2, position: position(i + 2) }));
    await room.database.putAll('Messages', more);
    expect(await room.database.stream('inbox/hoarder')).toHaveLength(120);
    const client = await room.connect();
    await end(client);
    expect(await room.database.stream('inbox/hoarder')).toEqual([]);
    await client.close();
    await friend.get('logout', {});
  });

  test('frees the name: its new owner sees no message of the old one and has no block', async () => {
    const friend = await room.enter('friend');
    const before = await room.enter('heir');
    await friend.get('message', { to: 'heir', text: 'for the first owner' });
    await friend.get('message', { to: 'heir', text: 'and another' });
    await before.event('message', { text: 'and another' });
    before.say('ack', { inbox: 2 });
    await before.get('block', { user: 'friend' });
    await friend.get('block', { user: 'heir' });
    await before.get('logout', {});

    const client = await room.connect();
    await client.get('deregister', { user: 'heir', password });
    expect((await friend.get('blocklist', {})).users).toEqual([]);
    expect(await friend.refused('message', { to: 'heir', text: 'there?' })).toMatchObject({ code: 'no-such-user' });
    await client.get('register', { user: 'Heir', password: 'another one' });
    expect(await client.refused('login', { user: 'heir', password })).toMatchObject({ code: 'wrong-password' });
    const login = await client.get('login', { user: 'heir', password: 'another one' });
    expect(login).toMatchObject({ user: 'Heir', unread: { inbox: 0, room: 0 } });

    expect(await client.get('sync', { inbox: 0 })).toMatchObject({ messages: [], upTo: { inbox: 0 } });
    expect(await client.get('history', { stream: 'inbox' })).toMatchObject({ messages: [], more: false });
    expect((await client.get('blocklist', {})).users).toEqual([]);
    expect((await friend.get('blocklist', {})).users).toEqual([]);
    // Both sides of the block are gone, and the numbers start over.
    expect(await friend.get('message', { to: 'heir', text: 'welcome' })).toMatchObject({
      seq: 1,
      delivery: 'delivered',
    });
    expect(await client.event('message')).toMatchObject({ seq: 1, text: 'welcome' });
    await client.get('message', { to: 'friend', text: 'thanks' });
    expect(await friend.event('message')).toMatchObject({ text: 'thanks' });
    await friend.close();
    await client.close();
  });
});

describe('changing the password', () => {
  test('the new password is valid and the old one is not', async () => {
    const client = await room.enter('changer');
    await client.get('passwd', { oldPassword: password, newPassword: 'a new secret' });
    await client.get('logout', {});
    const next = await room.connect();
    expect(await next.refused('login', { user: 'changer', password })).toMatchObject({ code: 'wrong-password' });
    await next.get('login', { user: 'changer', password: 'a new secret' });
    await next.close();
  });

  test('the session continues with the token that the client chose', async () => {
    await room.register('chooser');
    const client = await room.connect();
    const { token } = await client.get('login', { user: 'chooser', password });
    const newToken = 'chosen-by-the-client-itself';
    await client.get('passwd', { oldPassword: password, newPassword: 'a new secret', newToken });
    const next = await room.connect();
    expect(await next.refused('resume', { user: 'chooser', token })).toMatchObject({
      code: 'bad-token',
    });
    await next.get('resume', { user: 'chooser', token: newToken });
    await next.close();
  });

  test('the session continues, but its token is invalid', async () => {
    await room.register('voider');
    const client = await room.connect();
    const { token } = await client.get('login', { user: 'voider', password });
    await client.get('passwd', { oldPassword: password, newPassword: 'a new secret' });
    expect(await client.get('whoelse', {})).toMatchObject({ ok: true });
    const thief = await room.connect();
    expect(await thief.refused('resume', { user: 'voider', token })).toMatchObject({
      code: 'bad-token',
    });
    await client.close();
    await thief.close();
  });

  test('a wrong old password counts, and the third blocks', async () => {
    const client = await room.enter('forgetful');
    const guess = { oldPassword: 'a guess', newPassword: 'a new secret' };
    expect(await client.refused('passwd', guess)).toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    expect(await client.refused('passwd', guess)).toMatchObject({ code: 'wrong-password', triesLeft: 1 });
    expect(await client.refused('passwd', guess)).toMatchObject({ code: 'login-blocked' });
    const right = { oldPassword: password, newPassword: 'a new secret' };
    expect(await client.refused('passwd', right)).toMatchObject({ code: 'login-blocked' });
    await client.close();
  });

  test('parallel guesses do not evade the block, even if a right one is among them', async () => {
    const client = await room.enter('besieged');
    const right = { oldPassword: password, newPassword: 'a new secret' };
    const atCommit = deferred<void>();
    const go = deferred<undefined>();
    room.local.faults.beforeDynamoDb = ({ operation, trigger }) => {
      if (operation !== 'TransactWriteItems' || trigger?.detail !== 'passwd') return undefined;
      atCommit.resolve();
      return go.promise;
    };
    onTestFinished(() => room.local.faults.reset());
    const change = client.refused('passwd', right);
    await atCommit.promise;
    for (let tries = 0; tries < 3; tries += 1) await client.refused('passwd', { ...right, oldPassword: 'a guess' });
    go.resolve(undefined);
    const refusal = await change;
    expect(refusal).toMatchObject({ code: 'login-blocked' });
    expect(refusal['secondsLeft']).toBeGreaterThan(0);
    await client.close();
  });

  test('a resume during the change is not answered as a wrong password', async () => {
    const client = await room.enter('mover');
    room.local.faults.beforeDynamoDb = async ({ operation, trigger }) => {
      if (operation !== 'TransactWriteItems' || trigger?.detail !== 'passwd') return undefined;
      await room.database.set('Presence', { shard: 0, name: 'mover' }, { connectionId: 'another one' });
      return undefined;
    };
    onTestFinished(() => room.local.faults.reset());
    const change = { oldPassword: password, newPassword: 'a new secret' };
    expect(await client.refused('passwd', change)).toMatchObject({ code: 'not-logged-in' });
    await room.database.remove('Presence', { shard: 0, name: 'mover' });
    await client.close();
  });

  test('the new password must have the required length', async () => {
    const client = await room.enter('shortener');
    expect(await client.refused('passwd', { oldPassword: password, newPassword: 'kurz.' })).toMatchObject({
      code: 'invalid-password',
      limit: 8,
    });
    await room.change('minPassword', 5);
    await client.get('passwd', { oldPassword: password, newPassword: 'kurz.' });
    await room.change('minPassword', 8);
    await client.get('logout', {});
    // A password that was long enough when it was set is still valid.
    const next = await room.connect();
    await next.get('login', { user: 'shortener', password: 'kurz.' });
    await next.close();
  });
});
