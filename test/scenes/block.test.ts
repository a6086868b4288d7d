import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits, type StreamMessage } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let facebook: RawClient;
let columbia: RawClient;
beforeAll(async () => {
  room = await openRoom();
  await room.register('Google');
  [facebook, columbia] = [await room.enter('facebook'), await room.enter('Columbia')];
});
afterAll(() => room.close());

describe('block', () => {
  test('is refused for oneself, for an unknown user, and the second time, in any case', async () => {
    expect(await facebook.refused('block', { user: 'FACEBOOK' })).toMatchObject({ code: 'block-self' });
    expect(await facebook.refused('block', { user: 'nobody' })).toMatchObject({ code: 'no-such-user' });
    await facebook.get('block', { user: 'columbia' });
    expect(await facebook.refused('block', { user: 'COLUMBIA' })).toMatchObject({ code: 'already-blocked' });
    expect((await facebook.get('blocklist', {})).users).toEqual(['Columbia']);
    await facebook.get('unblock', { user: 'COLUMBIA' });
    expect((await facebook.get('blocklist', {})).users).toEqual([]);
  });

  test('can be undone only by the user who blocked', async () => {
    expect(await facebook.refused('unblock', { user: 'Facebook' })).toMatchObject({ code: 'block-self' });
    expect(await facebook.refused('unblock', { user: 'nobody' })).toMatchObject({ code: 'no-such-user' });
    expect(await facebook.refused('unblock', { user: 'Columbia' })).toMatchObject({ code: 'not-blocked' });
  });

  test('succeeds once of ten concurrent requests', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => facebook.ask('block', { user: 'Google' })));
    expect(replies.filter((reply) => reply.ok)).toHaveLength(1);
    expect(replies.filter((reply) => reply.error?.code === 'already-blocked')).toHaveLength(9);
    await facebook.get('unblock', { user: 'Google' });
  });

  test('outlives a logout', async () => {
    await facebook.get('block', { user: 'Google' });
    await facebook.get('logout', {});
    facebook = await room.enter('facebook');
    expect((await facebook.get('blocklist', {})).users).toEqual(['Google']);
    await facebook.get('unblock', { user: 'Google' });
  });
});

describe('a blocked user', () => {
  test('cannot send messages to the blocker, but gets messages from the blocker', async () => {
    await facebook.get('block', { user: 'Columbia' });
    expect(await columbia.refused('message', { to: 'facebook', text: 'hello?' })).toMatchObject({ code: 'blocked' });
    await facebook.get('message', { to: 'Columbia', text: 'no' });
    expect(await columbia.event('message')).toMatchObject({ text: 'no' });
    await facebook.get('unblock', { user: 'Columbia' });
    await columbia.get('message', { to: 'facebook', text: 'hello!' });
    expect(await facebook.event('message')).toMatchObject({ seq: 1, text: 'hello!' });
  });

  test('sends broadcasts that the blocker gets as hidden, live, by sync and by history, without a missing number', async () => {
    const texts = (messages: readonly StreamMessage[]) => messages.map((one) => ('text' in one ? one.text : one.event));
    const seqs = (messages: readonly StreamMessage[]) => messages.map((one) => one.seq);
    const google = await room.enter('Google');
    const { upTo } = await google.get('sync', {});
    const { room: start } = upTo;
    await facebook.get('block', { user: 'Columbia' });
    await google.get('broadcast', { text: 'one' });
    const { seq } = await columbia.get('broadcast', { text: 'two' });
    await google.get('broadcast', { text: 'three' });

    expect(await facebook.event('hidden')).toEqual({ type: 'event', event: 'hidden', stream: 'room', seq });
    await facebook.event('broadcast', { text: 'three' });
    expect(facebook.events('broadcast').map((one) => one['text'])).not.toContain('two');
    expect(await columbia.event('broadcast', { text: 'two' })).toMatchObject({ seq });
    expect(await google.event('broadcast', { text: 'two' })).toMatchObject({ seq });

    const synced = (await facebook.get('sync', { room: start })).messages;
    expect(texts(synced)).toEqual(expect.arrayContaining(['one', 'hidden', 'three']));
    const broadcasts = synced.filter((one) => one.stream === 'room');
    expect(seqs(broadcasts)).toEqual([start + 1, start + 2, start + 3]);
    const history = (await facebook.get('history', { stream: 'room', limit: 3 })).messages;
    expect(texts(history)).toEqual(['one', 'hidden', 'three']);
    expect(JSON.stringify([synced, history])).not.toContain('two');
    expect(texts((await google.get('history', { stream: 'room', limit: 3 })).messages)).toEqual([
      'one',
      'two',
      'three',
    ]);

    // A broadcast that was hidden when it was sent stays hidden.
    await facebook.get('unblock', { user: 'Columbia' });
    expect(texts((await facebook.get('history', { stream: 'room', limit: 3 })).messages)).toContain('hidden');
    await columbia.get('broadcast', { text: 'four' });
    expect(await facebook.event('broadcast', { text: 'four' })).toMatchObject({ from: 'Columbia' });
    await google.close();
  });
});

describe('missed messages', () => {
  test('come in order, with private messages and broadcasts marked as such', async () => {
    const google = await room.enter('Google');
    const { upTo } = await google.get('sync', {});
    google.say('ack', upTo);
    await expect.poll(async () => (await google.get('sync', {})).messages).toEqual([]);
    await google.get('logout', {});
    await facebook.get('message', { to: 'Google', text: 'p1' });
    await columbia.get('broadcast', { text: 'b1' });
    await columbia.get('message', { to: 'Google', text: 'p2' });
    await facebook.get('broadcast', { text: 'b2' });
    const back = await room.enter('Google');
    const { messages } = await back.get('sync', {});
    expect(messages).toMatchObject([
      { event: 'message', stream: 'inbox', from: 'facebook', text: 'p1' },
      { event: 'broadcast', stream: 'room', from: 'Columbia', text: 'b1' },
      { event: 'message', stream: 'inbox', from: 'Columbia', text: 'p2' },
      { event: 'broadcast', stream: 'room', from: 'facebook', text: 'b2' },
    ]);
    await back.close();
  });
});

describe('a list of blocks that is full', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, i) => `somebody${i}`);
  const blocks = async (name: string) => Object.keys(((await room.database.user(name))?.['blocks'] as object) ?? {});

  test('drops deleted accounts, and refuses another block if there are none', async () => {
    const full = await room.enter('full');
    const gone = Object.fromEntries(ids(limits.blockedUsers - 1).map((id) => [id, id]));
    await room.database.set('Users', { name: 'full' }, { blocks: gone });
    await full.get('block', { user: 'Google' });
    expect(await blocks('full')).toHaveLength(limits.blockedUsers);
    expect(await full.get('blocklist', {})).toMatchObject({ users: ['Google'] });
    await full.get('block', { user: 'Columbia' });
    expect(await blocks('full')).toHaveLength(2);
    expect(await full.get('blocklist', {})).toMatchObject({ users: ['Columbia', 'Google'] });

    // All of these accounts exist, under other names.
    const { accountId } = (await room.database.user('google')) ?? {};
    const there = ids(limits.blockedUsers - 1).map((name) => ({ ...model(name), accountId: name }));
    await room.database.putAll('Users', there);
    await room.database.set('Users', { name: 'full' }, { blocks: { ...gone, [String(accountId)]: 'google' } });
    expect(await full.refused('block', { user: 'Columbia' })).toMatchObject({ code: 'too-many-blocked' });
    await full.close();
  });

  test('the room refuses a block of a user whose list of blockers is full', async () => {
    const hated = await room.enter('hated');
    await room.database.set('Users', { name: 'hated' }, { blockedBy: new Set(ids(limits.blockers - 1)) });
    const last = await room.enter('last');
    await last.get('block', { user: 'hated' });
    await hated.get('broadcast', { text: 'to who has not blocked me' });
    const { seq } = await last.event('hidden');
    // The message does not store them all, and is still hidden from those who read it later.
    const stored = (await room.database.messages('room')).find((item) => item['seq'] === seq);
    expect(JSON.stringify(stored, (_, value) => (value instanceof Set ? [...value] : value)).length).toBeLessThan(
      1_000,
    );
    const eventOf = async (client: RawClient) =>
      (await client.get('history', { stream: 'room', limit: 1 })).messages.map(({ event }) => event);
    expect(await eventOf(last)).toEqual(['hidden']);
    expect(await eventOf(hated)).toEqual(['broadcast']);
    expect((await last.get('sync', { room: seq - 1 })).messages).toMatchObject([{ event: 'hidden', seq }]);
    const late = await room.enter('late');
    expect(await late.refused('block', { user: 'hated' })).toMatchObject({ code: 'too-many-blockers' });
    expect(await late.get('blocklist', {})).toMatchObject({ users: [] });

    // A deregistration deletes the user's blocks.
    await last.get('logout', {});
    const client = await room.connect();
    await client.get('deregister', { user: 'last', password });
    await late.get('block', { user: 'hated' });
    await Promise.all([hated, late, client].map((one) => one.close()));
  });
});

/** A stored account that never logs in. */
const model = (name: string) => ({ name, displayName: name, passwordHash: '', inboxAcked: 0, roomAcked: 0 });
