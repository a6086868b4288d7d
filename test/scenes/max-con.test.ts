import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connect } from '../../client/room/index.ts';
import { Network } from '../connection/network.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let online: RawClient[];
beforeAll(async () => {
  room = await openRoom();
  await room.register('facebook', 'Columbia', 'Google');
});
afterAll(() => room.close());
beforeEach(async () => {
  online = [];
  await room.change('maxCon', 2);
});
afterEach(async () => {
  room.local.faults.reset();
  for (const client of online) await client.get('logout', {});
});

async function enter(user: string): Promise<RawClient> {
  const client = await room.connect();
  await client.get('login', { user, password });
  online.push(client);
  return client;
}

test('a full room refuses connections with 429, until somebody leaves', async () => {
  await enter('facebook');
  const columbia = await enter('Columbia');
  await expect(room.connect()).rejects.toMatchObject({ status: 429 });
  await columbia.get('logout', {});
  online.pop();
  await enter('Google');
});

test('a full room admits the connection library, and refuses its login', async () => {
  await enter('facebook');
  const columbia = await enter('Columbia');
  const network = await Network.to(room.url);
  const client = await connect({ url: network.url });
  await expect(client.login('Google', 'a guess')).rejects.toMatchObject({ code: 'wrong-password' });
  await expect(client.login('Google', password)).rejects.toMatchObject({ code: 'room-full' });
  expect(network.connects).toBe(1);
  await columbia.get('logout', {});
  online.pop();
  await client.login('Google', password);
  await client.leave();
  network.close();
});

test('in a full room the terminal client can register a user, and cannot log in', async () => {
  await enter('facebook');
  await enter('Columbia');
  const chat = new ChatProcess(room.url);
  chat.type('register', 'Newton', password, password);
  await chat.sees('You have registered "Newton". You can now log in.');
  chat.type('Newton', password);
  await chat.sees('The room is full, so you cannot log in now. Please try again later.');
  expect(await chat.exited).toBe(1);
});

test('connections that have not logged in do not count', async () => {
  const waiting = await Promise.all(Array.from({ length: 5 }, () => room.connect()));
  await enter('facebook');
  await Promise.all(waiting.map((client) => client.close()));
});

test('who was connected before the room was full is refused at login, after the right password only', async () => {
  const late = await room.connect();
  await enter('facebook');
  await enter('Columbia');
  expect(await late.refused('login', { user: 'Google', password: 'a guess' })).toMatchObject({
    code: 'wrong-password',
  });
  expect(await late.refused('login', { user: 'Google', password })).toMatchObject({ code: 'room-full' });
  // The connection is as good as before: it gets in as soon as there is room.
  await online.pop()?.get('logout', {});
  await late.get('login', { user: 'Google', password });
  online.push(late);
});

test('a limit below the number online throws nobody out', async () => {
  const waiting = await room.connect();
  const facebook = await enter('facebook');
  const columbia = await enter('Columbia');
  await room.change('maxCon', 1);
  expect(await facebook.get('whoelse', {})).toMatchObject({ total: 1 });
  await facebook.get('message', { to: 'Columbia', text: 'still here' });
  expect(await columbia.event('message')).toMatchObject({ text: 'still here' });
  await facebook.get('logout', {});
  online.splice(online.indexOf(facebook), 1);
  // One is left, which is as many as may be.
  expect(await waiting.refused('login', { user: 'Google', password })).toMatchObject({ code: 'room-full' });
  await waiting.close();
});

test('a full room admits a client that comes to resume, and logs nobody else in over its connection', async () => {
  const lost = await room.connect();
  const { token } = await lost.get('login', { user: 'facebook', password });
  await lost.kill();
  await enter('Columbia');
  await expect(room.connect()).rejects.toMatchObject({ status: 429 });
  await expect(RawClient.open(`${room.url}?purpose=visit`)).rejects.toMatchObject({ status: 429 });
  await expect(RawClient.open(`${room.url}?purpose=login`)).rejects.toMatchObject({ status: 409 });
  const liar = await RawClient.open(`${room.url}?purpose=resume`);
  expect(await liar.refused('login', { user: 'Google', password })).toMatchObject({ code: 'room-full' });
  await liar.close();
  const client = await RawClient.open(`${room.url}?purpose=resume`);
  await client.get('resume', { user: 'facebook', token });
  online.push(client);
  expect(await room.database.counts()).toEqual({ counted: 2, present: 2 });
});

test('the connection library resumes and hands over its session in a full room', async () => {
  const network = await Network.to(room.url);
  const states: string[] = [];
  const client = await connect({
    url: network.url,
    timing: { backoff: 10, maxBackoff: 50, handover: 1_500, handoverJitter: 0 },
    connection: (state) => states.push(state),
  });
  await client.login('facebook', password);
  await enter('Columbia');
  const connectionOf = async () =>
    (await room.database.presence()).find(({ name }) => name === 'facebook')?.['connectionId'];
  const before = await connectionOf();
  network.cut();
  network.mend('reset');
  await expect.poll(() => states).toEqual(['lost', 'restored']);
  const restored = await connectionOf();
  expect(restored).not.toBe(before);
  await expect.poll(connectionOf).not.toBe(restored);
  await client.request('whoelse', {});
  expect(states).toEqual(['lost', 'restored']);
  await client.leave();
  network.close();
});

test.each([0, 1])(
  'a crashed client can log in at once, though the room is full (%d of $disconnect lost)',
  async (drop) => {
    const spare = await room.connect();
    await enter('Columbia');
    const crashed = await room.connect();
    await crashed.get('login', { user: 'facebook', password });
    room.local.faults.disconnect.drop = drop;
    await crashed.kill();
    await spare.get('login', { user: 'facebook', password });
    online.push(spare);
    expect(await room.database.counts()).toEqual({ counted: 2, present: 2 });
  },
);
