import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../client/room/index.ts';
import { questionEveryMs, questionsInARow } from '../../functions/chat/take-over.ts';
import { Network } from '../connection/network.ts';
import { ChatProcess } from '../harness/chat-process.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
  await room.register('facebook', 'Columbia');
});
afterAll(() => room.close());

const isPresent = async (name: string) => (await room.database.presence()).some((one) => one.name === name);

describe('a login that finds its user online', () => {
  test('replaces a half-open client, while other users keep talking', async () => {
    const network = await Network.to(room.url);
    const talker = await room.enter('Columbia');
    const lost = await connect({ url: network.url, message: () => {}, timing: { backoff: 60_000 } });
    await lost.login('facebook', password);
    network.cut();
    const talk = setInterval(() => talker.say('broadcast', { text: 'Is facebook still there?' }), 100);
    try {
      await sleep(500);
      const owner = await room.connect();
      await owner.get('login', { user: 'facebook', password });
      await owner.event('broadcast');
      await owner.close();
    } finally {
      clearInterval(talk);
      network.close();
      await lost.leave();
      await talker.close();
    }
  });

  test('is refused while the other client answers, and says when that session began', async () => {
    const lively = await connect({ url: room.url });
    await lively.login('facebook', password);
    const session = await room.database.get('Presence', { shard: 0, name: 'facebook' });
    const second = await room.connect();
    const refused = await second.refused('login', { user: 'facebook', password });
    expect(refused).toMatchObject({
      code: 'already-online',
      since: new Date(Number(session?.['since'])).toISOString(),
    });
    // Only a caller who has the password is told.
    const guess = await second.refused('login', { user: 'facebook', password: 'a guess' });
    expect(guess).toMatchObject({ code: 'wrong-password' });
    expect(guess).not.toHaveProperty('since');
    expect(await lively.request('whoelse', {})).toMatchObject({ total: 0 });
    await lively.leave();
    await second.close();
  });

  test('replaces a client that does not answer, and tells it', async () => {
    const older = await room.enter('facebook');
    older.answers = false;
    const owner = await room.connect();
    await owner.get('login', { user: 'facebook', password });
    await older.event('are-you-there');
    await older.event('replaced');
    await older.closed;
    await owner.close();
  });

  test('does not ask while too many logins wait for answers, and still takes over on request', async () => {
    const older = await room.enter('facebook');
    older.answers = false;
    const busyUntil = Date.now() + (questionsInARow + 1) * questionEveryMs;
    await room.database.putAll('Room', [{ room: 'questions', busyUntil }]);
    const owner = await room.connect();
    expect(await owner.refused('login', { user: 'facebook', password })).toMatchObject({ code: 'already-online' });
    await room.database.remove('Room', { room: 'questions' });
    expect(older.all(({ event }) => event === 'are-you-there')).toEqual([]);
    await owner.get('login', { user: 'facebook', password, takeOver: true });
    await older.closed;
    await owner.close();
  });

  test('is refused if the other client does not answer but sends a command meanwhile', async () => {
    const older = await room.enter('facebook');
    older.answers = false;
    // Activity is recorded at most every four seconds.
    room.local.clock.forward(4_100);
    const second = await room.connect();
    const login = second.ask('login', { user: 'facebook', password });
    await older.event('are-you-there');
    await older.get('whoelse', {});
    expect((await login).error).toMatchObject({ code: 'already-online' });
    await older.close();
    await second.close();
  });

  test('the answer does not count as activity', async () => {
    const client = await room.enter('facebook');
    const [session] = await room.database.presence();
    const activity = async () => {
      const item = await room.database.get('Connections', { connectionId: session?.connectionId });
      return { answeredAt: item?.['answeredAt'], lastActiveAt: item?.['lastActiveAt'] };
    };
    const before = await activity();
    room.local.clock.forward(4_100);
    const second = await room.connect();
    await second.refused('login', { user: 'facebook', password });
    expect(await activity()).toEqual({ answeredAt: expect.any(Number), lastActiveAt: before.lastActiveAt });
    await client.close();
    await second.close();
  });
});

describe('a login with takeOver', () => {
  test('continues on another device: the other client ends, and other users notice nothing', async () => {
    const watcher = await room.enter('Columbia');
    const desk = await connect({ url: room.url });
    await desk.login('facebook', password, { keepPassword: true });
    await watcher.event('login', { user: 'facebook' });
    const phone = await connect({ url: room.url });
    await phone.login('facebook', password, { takeOver: true });
    expect(await desk.ended).toEqual({ reason: 'replaced' });
    expect(await phone.request('whoelse', {})).toMatchObject({ total: 1 });
    await watcher.get('whoelse', {});
    expect([...watcher.events('logout'), ...watcher.events('login')]).toHaveLength(1);
    await phone.leave();
    await watcher.event('logout', { user: 'facebook' });
    await watcher.close();
  });

  test('needs the right password', async () => {
    const client = await room.enter('facebook');
    const thief = await room.connect();
    const refused = await thief.refused('login', { user: 'facebook', password: 'a guess', takeOver: true });
    expect(refused).toMatchObject({ code: 'wrong-password' });
    expect(await client.get('whoelse', {})).toMatchObject({ total: 0 });
    expect(client.events('are-you-there')).toEqual([]);
    await client.close();
    await thief.close();
  });

  test('logs in a user who is not online', async () => {
    await expect.poll(() => isPresent('facebook')).toBe(false);
    const client = await room.connect();
    await client.get('login', { user: 'facebook', password, takeOver: true });
    await client.close();
  });
});

describe('in a full room, in which the user has the last seat, the terminal client', () => {
  beforeAll(() => room.change('maxCon', 1));
  afterAll(() => room.change('maxCon', 100));

  /** A client whose network has failed silently: API Gateway keeps its connection. */
  async function halfOpen() {
    const network = await Network.to(room.url);
    const client = await connect({ url: network.url, message: () => {}, timing: { backoff: 60_000 } });
    await client.login('facebook', password);
    network.cut();
    return {
      async end() {
        network.close();
        await client.leave();
      },
    };
  }

  test.each([
    ['with --take-over', ['--take-over']],
    ['without --take-over, because its half-open session does not answer', []],
  ])('gets in %s', async (_, args) => {
    const lost = await halfOpen();
    const chat = await ChatProcess.enter(room.url, 'facebook', { args });
    expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
    expect(await chat.quit()).toBe(0);
    await lost.end();
    await expect.poll(() => room.database.counts()).toEqual({ counted: 0, present: 0 });
  });

  test('is told that the user is logged in elsewhere, if that client answers', async () => {
    const lively = await connect({ url: room.url });
    await lively.login('facebook', password);
    const chat = new ChatProcess(room.url);
    chat.type('facebook', password);
    await chat.sees(/^You are logged in elsewhere since .* To continue here instead, use --take-over\.$/);
    chat.leave();
    expect(await chat.exited).toBe(1);
    expect(await lively.request('whoelse', {})).toMatchObject({ total: 0 });
    await lively.leave();
  });
});

test('a client that comes back and finds its session taken over ends as replaced', async () => {
  const network = await Network.to(room.url);
  const states: string[] = [];
  const lost = await connect({
    url: network.url,
    timing: { ping: 200, pong: 200, backoff: 100, maxBackoff: 100 },
    connection: (state) => states.push(state),
  });
  await lost.login('facebook', password, { keepPassword: true });
  network.cut();
  const owner = await connect({ url: room.url });
  await owner.login('facebook', password);
  network.mend('dead');
  expect(await lost.ended).toEqual({ reason: 'replaced' });
  expect(await owner.request('whoelse', {})).toMatchObject({ total: 0 });
  await owner.leave();
  network.close();
});
