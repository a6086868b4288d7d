import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/index.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
  await room.register('facebook', 'Columbia', 'Google');
});
afterAll(() => room.close());

describe('a private message', () => {
  test('reaches an online recipient with number, sender and request id', async () => {
    const facebook = await room.enter('facebook');
    const columbia = await room.enter('Columbia');
    const reply = await facebook.get('message', { to: 'columbia', text: 'I want to try private message~' });
    expect(reply).toMatchObject({ delivery: 'delivered', seq: 1 });
    expect(await columbia.event('message')).toEqual({
      type: 'event',
      event: 'message',
      stream: 'inbox',
      seq: 1,
      from: 'facebook',
      text: 'I want to try private message~',
      sentAt: reply.sentAt,
      id: reply.id,
    });
    columbia.say('ack', { inbox: 1 });
    await facebook.close();
    await columbia.close();
  });

  test('to an offline user is stored, and returned at each login until it is acknowledged', async () => {
    const facebook = await room.enter('facebook');
    for (const text of ['one', 'two', 'three']) {
      expect(await facebook.get('message', { to: 'Google', text })).toMatchObject({ delivery: 'stored' });
    }
    const google = await room.connect();
    const login = await google.get('login', { user: 'Google', password: 'wastingtime' });
    expect(login.unread).toMatchObject({ inbox: 3 });
    const first = await google.get('sync', {});
    expect(first).toMatchObject({ upTo: { inbox: 3 }, more: false });
    expect(first.messages).toMatchObject([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    expect(await google.get('sync', {})).toMatchObject({ messages: first.messages });
    google.say('ack', { inbox: 2 });
    // An acknowledgement has no reply. The next sync shows that it was processed.
    await expect.poll(async () => (await google.get('sync', {})).messages.map((one) => one.seq)).toEqual([3]);
    await google.close();
    await facebook.close();
  });

  test('a late acknowledgement does not move the cursor back', async () => {
    const google = await room.enter('Google');
    google.say('ack', { inbox: 3 });
    await expect.poll(async () => (await google.get('sync', {})).messages).toEqual([]);
    google.say('ack', { inbox: 1 });
    await google.get('whoelse', {});
    expect((await google.get('sync', {})).messages).toEqual([]);
    await google.close();
  });

  test('is refused to oneself, to an unknown user, and when it is too long', async () => {
    const facebook = await room.enter('facebook');
    expect(await facebook.refused('message', { to: 'Facebook', text: 'hi' })).toMatchObject({ code: 'to-self' });
    expect(await facebook.refused('message', { to: 'nobody', text: 'hi' })).toMatchObject({ code: 'no-such-user' });
    const tooLong = 'ä'.repeat(limits.textBytes / 2 + 1);
    expect(await facebook.refused('message', { to: 'Google', text: tooLong })).toMatchObject({
      code: 'too-long',
      limit: limits.textBytes,
    });
    expect(await facebook.get('message', { to: 'Google', text: tooLong.slice(1) })).toMatchObject({ ok: true });
    await facebook.close();
  });

  test('arrives with every character unchanged', async () => {
    const facebook = await room.enter('facebook');
    const columbia = await room.enter('Columbia');
    const text = ' \t"quotes" \\ \u0000 \u2028 é 漢字 👩‍👩‍👧 \r\n end ';
    await facebook.get('message', { to: 'Columbia', text });
    expect(await columbia.event('message')).toMatchObject({ text });
    await facebook.close();
    await columbia.close();
  });
});

describe('a broadcast', () => {
  test('reaches all online users, the sender too, and offline users at their next login', async () => {
    const facebook = await room.enter('facebook');
    const columbia = await room.enter('Columbia');
    const reply = await facebook.get('broadcast', { text: "It's me facebook ~" });
    expect(reply).toMatchObject({ online: 2 });
    const event = { stream: 'room', seq: reply.seq, from: 'facebook', text: "It's me facebook ~" };
    expect(await facebook.event('broadcast')).toMatchObject(event);
    expect(await columbia.event('broadcast')).toMatchObject(event);
    const google = await room.enter('Google');
    expect((await google.get('sync', {})).messages).toContainEqual(expect.objectContaining(event));
    await Promise.all([facebook, columbia, google].map((client) => client.close()));
  });

  test('from before a registration is not returned to the new user as missed', async () => {
    const facebook = await room.enter('facebook');
    await facebook.get('broadcast', { text: 'old news' });
    const newcomer = await room.enter('newcomer');
    expect((await newcomer.get('sync', {})).messages).toEqual([]);
    await facebook.get('broadcast', { text: 'news' });
    expect(await newcomer.event('broadcast')).toMatchObject({ text: 'news' });
    await facebook.close();
    await newcomer.close();
  });
});

describe('earlier messages', () => {
  test('sync returns both streams in pages, oldest first, with its position', async () => {
    const reader = await room.enter('reader');
    const facebook = await room.enter('facebook');
    await facebook.get('message', { to: 'reader', text: 'p1' });
    const { seq } = await facebook.get('broadcast', { text: 'b1' });
    await facebook.get('message', { to: 'reader', text: 'p2' });
    const start = { inbox: 0, room: seq - 1 };
    const first = await reader.get('sync', { ...start, limit: 2 });
    expect(first.messages).toMatchObject([{ text: 'p1' }, { text: 'b1' }]);
    expect(first).toMatchObject({ upTo: { inbox: 1, room: seq }, more: true });
    const rest = await reader.get('sync', { ...first.upTo, limit: 2 });
    expect(rest.messages).toMatchObject([{ text: 'p2' }]);
    expect(rest).toMatchObject({ upTo: { inbox: 2, room: seq }, more: false });
    await facebook.close();
    await reader.close();
  });

  test('history pages go backwards', async () => {
    const reader = await room.enter('reader');
    const last = await reader.get('history', { stream: 'inbox', limit: 1 });
    expect(last).toMatchObject({ messages: [{ text: 'p2', seq: 2 }], more: true });
    const before = await reader.get('history', { stream: 'inbox', before: 2 });
    expect(before).toMatchObject({ messages: [{ text: 'p1', seq: 1 }], more: false });
    await reader.close();
  });

  test('a reply never exceeds a WebSocket message: there are more pages instead', async () => {
    const writer = await room.enter('facebook');
    const reader = await room.enter('longreader');
    const worst = '\u0001'.repeat(limits.textBytes);
    for (let i = 0; i < 7; i += 1) await writer.get('message', { to: 'longreader', text: worst });
    await reader.close();
    const again = await room.enter('longreader');
    const seen: number[] = [];
    let pages = 0;
    for (let from = 0; ; ) {
      pages += 1;
      const page = await again.get('sync', { inbox: from });
      const messages = page.messages.filter((one) => one.stream === 'inbox');
      seen.push(...messages.map((one) => one.seq));
      from = page.upTo.inbox;
      if (!page.more) break;
    }
    expect(pages).toBeGreaterThan(1);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await again.close();
    await writer.close();
  });
});
