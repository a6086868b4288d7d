import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { type Heard, NotConnected, Wire } from '../harness/wire.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
  await room.register('facebook', 'Columbia', 'Google');
});
afterAll(() => room.close());

const wrong = 'not the password';
const closeAll = (...wires: Wire[]) => Promise.all(wires.map((wire) => wire.close()));

describe('three wrong passwords', () => {
  test('block the name from that address for BLOCK_TIME, and no other name', async () => {
    await room.register('blockee', 'neighbour');
    const wire = await room.connect();
    const guess = { user: 'blockee', password: wrong };
    expect(await wire.refused('login', guess)).toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    expect(await wire.refused('deregister', guess)).toMatchObject({ code: 'wrong-password', triesLeft: 1 });
    expect(await wire.refused('login', guess)).toMatchObject({ code: 'login-blocked', secondsLeft: 60 });
    const right = await wire.refused('login', { user: 'blockee', password });
    expect(right).toMatchObject({ code: 'login-blocked' });
    expect(right['secondsLeft']).toBeGreaterThan(50);
    const elsewhere = await Wire.open(room.url, {}, '127.0.0.2');
    await elsewhere.get('login', { user: 'blockee', password });
    await wire.get('login', { user: 'neighbour', password });
    await closeAll(wire, elsewhere);
  });

  test('end with their time, and a right password makes the count begin anew', async () => {
    await room.register('patient');
    await room.change('blockTime', 1);
    const wire = await room.connect();
    const guess = { user: 'patient', password: wrong };
    for (let i = 0; i < 3; i += 1) await wire.refused('login', guess);
    await expect.poll(async () => (await wire.ask('login', { user: 'patient', password })).ok).toBe(true);
    await wire.get('logout', {});
    const again = await room.connect();
    expect(await again.refused('login', guess)).toMatchObject({ code: 'wrong-password', triesLeft: 2 });
    await room.change('blockTime', 60);
    await again.close();
  });

  test('are counted across connections: the ninth blocks', async () => {
    await room.register('target');
    const answers: Heard['error'][] = [];
    for (let i = 0; i < 5; i += 1) {
      const wire = await room.connect();
      for (let j = 0; j < 2; j += 1) answers.push(await wire.refused('login', { user: 'target', password: wrong }));
      await wire.close();
    }
    expect(answers.map((error) => error?.code)).toEqual([
      ...Array(8).fill('wrong-password'),
      'login-blocked',
      'login-blocked',
    ]);
    expect(answers[7]).toMatchObject({ triesLeft: 1 });
  });

  test('of twenty guesses at once, no more than two are answered as guesses, and the right one among them gets no further', async () => {
    await room.register('rushed');
    const wire = await room.connect();
    const guesses = Array.from({ length: 20 }, (_, i) => (i === 19 ? password : `guess ${i}`));
    const replies = await Promise.all(guesses.map((guess) => wire.ask('login', { user: 'rushed', password: guess })));
    expect(replies.filter((reply) => reply.error?.code === 'wrong-password').length).toBeLessThanOrEqual(2);
    expect(replies.filter((reply) => reply.error?.code === 'internal')).toEqual([]);
    await wire.close();
  });
});

describe('MaxCon', () => {
  test('is a 429 at the door when the room is full, and room-full for who was inside already', async () => {
    const early = await room.connect();
    const [first, second] = [await room.enter('facebook'), await room.enter('Columbia')];
    await room.change('maxCon', 2);
    expect(await early.refused('login', { user: 'Google', password })).toMatchObject({ code: 'room-full' });
    await expect(room.connect()).rejects.toEqual(new NotConnected(429));
    await room.change('maxCon', 1);
    expect(await first.get('whoelse', {})).toMatchObject({ users: ['Columbia'] });
    await second.get('logout', {});
    expect(await early.refused('login', { user: 'Google', password })).toMatchObject({ code: 'room-full' });
    await room.change('maxCon', 100);
    await early.get('login', { user: 'Google', password });
    await closeAll(first, early);
  });
});

describe('accounts', () => {
  test('deregister wants the password, and nobody online; then the name is free', async () => {
    const shuo = await room.enter('shuo');
    const wire = await room.connect();
    expect(await wire.refused('deregister', { user: 'shuo', password })).toMatchObject({ code: 'already-online' });
    expect(await wire.refused('deregister', { user: 'nobody', password })).toMatchObject({ code: 'no-such-user' });
    await shuo.get('logout', {});
    await wire.get('deregister', { user: 'SHUO', password });
    expect(await wire.refused('login', { user: 'shuo', password })).toMatchObject({ code: 'no-such-user' });
    await wire.get('register', { user: 'Shuo', password });
    await wire.close();
  });

  test('passwd wants the old password; then only the new one opens', async () => {
    const wire = await room.enter('changer');
    expect(await wire.refused('passwd', { oldPassword: wrong, newPassword: 'long enough' })).toMatchObject({
      code: 'wrong-password',
    });
    expect(await wire.refused('passwd', { oldPassword: password, newPassword: 'short' })).toMatchObject({
      code: 'invalid-password',
    });
    await wire.get('passwd', { oldPassword: password, newPassword: 'long enough' });
    await wire.get('logout', {});
    const again = await room.connect();
    expect(await again.refused('login', { user: 'changer', password })).toMatchObject({ code: 'wrong-password' });
    await again.get('login', { user: 'changer', password: 'long enough' });
    await again.close();
  });
});

describe('blocking', () => {
  test('stops messages and hides broadcasts, live and later, without a gap', async () => {
    const [facebook, columbia] = [await room.enter('facebook'), await room.enter('Columbia')];
    const before = (await facebook.get('broadcast', { text: 'before' }))['seq'] as number;
    await facebook.event('broadcast', { text: 'before' });
    await facebook.get('block', { user: 'columbia' });
    expect(await facebook.get('blocklist', {})).toMatchObject({ users: ['Columbia'] });
    expect(await columbia.refused('message', { to: 'facebook', text: 'hi' })).toMatchObject({ code: 'blocked' });
    await columbia.get('broadcast', { text: 'unheard' });
    await columbia.event('broadcast', { text: 'unheard' });
    const hidden = { type: 'event', event: 'hidden', stream: 'room', seq: before + 1 };
    expect(await facebook.event('hidden')).toEqual(hidden);
    expect((await facebook.get('sync', { room: before }))['messages']).toEqual([hidden]);
    expect((await facebook.get('history', { stream: 'room', limit: 1 }))['messages']).toEqual([hidden]);
    await facebook.get('unblock', { user: 'COLUMBIA' });
    expect(await facebook.get('blocklist', {})).toMatchObject({ users: [] });
    expect(await columbia.get('message', { to: 'facebook', text: 'hi' })).toMatchObject({ delivery: 'delivered' });
    await columbia.get('broadcast', { text: 'heard' });
    await facebook.event('broadcast', { text: 'heard' });
    expect(facebook.all((heard) => heard['text'] === 'unheard')).toEqual([]);
    await closeAll(facebook, columbia);
  });

  test('has its refusals', async () => {
    const wire = await room.enter('facebook');
    expect(await wire.refused('block', { user: 'FaceBook' })).toMatchObject({ code: 'block-self' });
    expect(await wire.refused('unblock', { user: 'facebook' })).toMatchObject({ code: 'block-self' });
    expect(await wire.refused('block', { user: 'nobody' })).toMatchObject({ code: 'no-such-user' });
    expect(await wire.refused('unblock', { user: 'nobody' })).toMatchObject({ code: 'no-such-user' });
    expect(await wire.refused('unblock', { user: 'Google' })).toMatchObject({ code: 'not-blocked' });
    await wire.get('block', { user: 'Google' });
    expect(await wire.refused('block', { user: 'google' })).toMatchObject({ code: 'already-blocked' });
    await wire.get('unblock', { user: 'Google' });
    await wire.close();
  });

  test('is of an account: the next owner of the name is not blocked, nor on any list', async () => {
    const facebook = await room.enter('facebook');
    await room.register('villain');
    await facebook.get('block', { user: 'villain' });
    const wire = await room.connect();
    await wire.get('deregister', { user: 'villain', password });
    expect(await facebook.get('blocklist', {})).toMatchObject({ users: [] });
    await wire.get('register', { user: 'villain', password });
    await wire.get('login', { user: 'villain', password });
    expect(await facebook.get('blocklist', {})).toMatchObject({ users: [] });
    expect(await wire.get('message', { to: 'facebook', text: 'hello' })).toMatchObject({ delivery: 'delivered' });
    await closeAll(facebook, wire);
  });
});

describe('wholasthr', () => {
  test('shows who is or was online within LAST_HOUR, never oneself, as soon as LAST_HOUR has changed', async () => {
    const wire = await room.enter('asker');
    const leaver = await room.enter('leaver');
    expect((await wire.get('wholasthr', {}))['users']).toContain('leaver');
    await leaver.get('logout', {});
    expect((await wire.get('wholasthr', {}))['users']).toContain('leaver');
    expect((await wire.get('wholasthr', {}))['users']).not.toContain('asker');
    await room.change('lastHour', 1);
    await expect.poll(async () => (await wire.get('wholasthr', {}))['users']).not.toContain('leaver');
    await room.change('lastHour', 3600);
    expect((await wire.get('wholasthr', {}))['users']).toContain('leaver');
    await wire.close();
  });
});

describe('settings', () => {
  test('have the defaults of the design, and refuse what they cannot be', async () => {
    const { settings } = (await room.admin({ command: 'settings' })) as { settings: object };
    expect(settings).toMatchObject({
      maxCon: 100,
      blockTime: 60,
      lastHour: 3600,
      timeOut: 1800,
      minPassword: 8,
      open: true,
    });
    for (const [name, value] of [
      ['maxCon', 0],
      ['maxCon', 1.5],
      ['blockTime', 'soon'],
      ['timeOut', -1],
      ['timeOut', null],
      ['minPassword', 0],
    ]) {
      expect(await room.admin({ command: 'change', name, value })).toMatchObject({ error: { code: 'invalid-value' } });
    }
    expect(await room.admin({ command: 'change', name: 'online', value: 3 })).toMatchObject({
      error: { code: 'no-such-setting' },
    });
    expect(await room.admin({ command: 'dance' })).toMatchObject({ error: { code: 'bad-request' } });
  });

  test('are not overwritten unseen', async () => {
    expect(await room.admin({ command: 'change', name: 'maxCon', value: 50, seen: 100 })).toMatchObject({ ok: true });
    expect(await room.admin({ command: 'change', name: 'maxCon', value: 60, seen: 100 })).toMatchObject({
      error: { code: 'changed-meanwhile' },
    });
    await room.change('maxCon', 100);
  });

  test('a stopped room lets nobody in', async () => {
    const wire = await room.connect();
    await room.change('open', false);
    await expect(room.connect()).rejects.toEqual(new NotConnected(503));
    expect(await wire.refused('login', { user: 'Google', password })).toMatchObject({ code: 'room-stopped' });
    expect(await wire.refused('register', { user: 'late', password })).toMatchObject({ code: 'room-stopped' });
    await room.change('open', true);
    await wire.close();
  });
});
