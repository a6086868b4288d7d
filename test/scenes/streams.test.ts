import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { Result } from '../../protocol/index.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const seqs = ({ messages }: Result<'sync'>) => messages.map((one) => one.seq);
const inboxItems = (name: string) => room.database.stream(`inbox/${name}`);
const put = (item: Record<string, unknown>) => room.database.putAll('Messages', [item]);
const remove = ({ stream, position }: Record<string, unknown>) =>
  room.database.remove('Messages', { stream, position });

/** A reader with messages 1 to `count` in an inbox of their own. */
async function readerWith(name: string, count: number) {
  const sender = await room.enter('sender');
  const reader = await room.enter(name);
  for (let i = 1; i <= count; i += 1) await sender.get('message', { to: name, text: `m${i}` });
  return { sender, reader };
}

/** Makes the number before a message look as if it had been given out so long ago (ms). */
async function age(message: Record<string, unknown>, ms: number) {
  const { stream, position } = message;
  await room.database.set('Messages', { stream, position }, { previousAt: Date.now() - ms });
}

const seconds = 1_000;
const minutes = 60_000;

test('a number whose message may still come ends the page; the next page has the later messages', async () => {
  const { sender, reader } = await readerWith('waiting', 3);
  const [, second = {}] = await inboxItems('waiting');
  await remove(second);
  const page = await reader.get('sync', { inbox: 0 });
  expect(seqs(page)).toEqual([1]);
  expect(page).toMatchObject({ upTo: { inbox: 1 }, more: true });
  await put(second);
  const next = await reader.get('sync', { inbox: 1 });
  expect(seqs(next)).toEqual([2, 3]);
  expect(next).toMatchObject({ upTo: { inbox: 3 }, more: false });
  await sender.close();
  await reader.close();
});

test('a number that its writer has held for seconds gets a tombstone, and no message can have it', async () => {
  const { sender, reader } = await readerWith('bereft', 4);
  const [, second = {}, third = {}, fourth = {}] = await inboxItems('bereft');
  await remove(second);
  await remove(third);
  await age(fourth, 9 * seconds);
  const page = await reader.get('sync', { inbox: 0 });
  expect(seqs(page)).toEqual([1, 4]);
  expect(page).toMatchObject({ upTo: { inbox: 4 }, more: false });
  expect((await inboxItems('bereft')).map((item) => [item['seq'], item['event']])).toEqual([
    [1, 'message'],
    [2, 'hidden'],
    [3, 'hidden'],
    [4, 'message'],
  ]);
  await sender.close();
  await reader.close();
});

test('expired messages leave numbers that a reader passes without a write', async () => {
  const { sender, reader } = await readerWith('past', 3);
  const [first = {}, second = {}, third = {}] = await inboxItems('past');
  await remove(first);
  await remove(second);
  await age(third, 17 * minutes);
  expect(await reader.get('sync', { inbox: 0 })).toMatchObject({ upTo: { inbox: 3 }, more: false });
  expect(await reader.get('history', { stream: 'inbox' })).toMatchObject({ messages: [{ seq: 3 }], more: false });
  expect((await inboxItems('past')).map((item) => item['seq'])).toEqual([3]);
  await sender.close();
  await reader.close();
});

/** Holds a sender's message between its number and its commit. */
function holdMessage(text: string) {
  const reached = deferred<void>();
  const released = deferred<undefined>();
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = ({ operation, input }) => {
    if (operation !== 'PutItem' || !JSON.stringify(input).includes(text)) return undefined;
    reached.resolve();
    return released.promise;
  };
  return { reached: reached.promise, release: () => released.resolve(undefined) };
}

test('a late writer whose number has a tombstone takes another one', async () => {
  const { sender, reader } = await readerWith('patient', 0);
  const other = await room.enter('other');
  const held = holdMessage('slow');
  const slow = sender.get('message', { to: 'patient', text: 'slow' });
  await held.reached;
  expect(await other.get('message', { to: 'patient', text: 'fast' })).toMatchObject({ seq: 2 });
  expect(await reader.get('sync', { inbox: 0 })).toMatchObject({ messages: [], upTo: { inbox: 0 }, more: true });
  await age((await inboxItems('patient'))[0] ?? {}, 9 * seconds);
  expect(seqs(await reader.get('sync', { inbox: 0 }))).toEqual([2]);
  held.release();
  expect(await slow).toMatchObject({ seq: 3, delivery: 'delivered' });
  await reader.event('message', { seq: 3, text: 'slow' });
  expect(seqs(await reader.get('sync', { inbox: 2 }))).toEqual([3]);
  for (const client of [sender, other, reader]) await client.close();
});

test('no message is committed later between the messages that history has returned', async () => {
  const { sender, reader } = await readerWith('archive', 1);
  const other = await room.enter('another');
  const held = holdMessage('slow');
  const slow = sender.get('message', { to: 'archive', text: 'slow' });
  await held.reached;
  await other.get('message', { to: 'archive', text: 'fast' });
  expect(await reader.get('history', { stream: 'inbox' })).toMatchObject({
    messages: [{ text: 'm1' }, { text: 'fast' }],
  });
  held.release();
  expect(await slow).toMatchObject({ seq: 4 });
  const { messages } = await reader.get('history', { stream: 'inbox', before: 4 });
  expect(messages).toMatchObject([{ seq: 1 }, { seq: 3 }]);
  for (const client of [sender, other, reader]) await client.close();
});

test('a message whose number was taken by a version without counters takes the next one', async () => {
  const { sender, reader } = await readerWith('between', 2);
  const [, second = {}] = await inboxItems('between');
  for (const seq of [3, 4, 5]) {
    const position = String(second['position']).replace(/2$/, String(seq));
    await put({ ...second, position, seq, text: `old ${seq}`, previousAt: undefined, uid: position });
  }
  expect(await sender.get('message', { to: 'between', text: 'new' })).toMatchObject({ seq: 6 });
  expect(seqs(await reader.get('sync', { inbox: 0 }))).toEqual([1, 2, 3, 4, 5, 6]);
  await sender.close();
  await reader.close();
});

test('a refused message takes no number', async () => {
  const { sender, reader } = await readerWith('chooser', 1);
  await reader.get('block', { user: 'sender' });
  expect(await sender.refused('message', { to: 'chooser', text: 'no' })).toMatchObject({ code: 'blocked' });
  await reader.get('unblock', { user: 'sender' });
  expect(await sender.get('message', { to: 'chooser', text: 'yes' })).toMatchObject({ seq: 2 });
  await sender.close();
  await reader.close();
});

test('a message whose commit failed leaves a number that no reader waits for', async () => {
  const { sender, reader } = await readerWith('unlucky', 1);
  let failures = 0;
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = ({ operation, input }) => {
    if (operation !== 'PutItem' || !JSON.stringify(input).includes('never')) return undefined;
    failures += 1;
    return 'before';
  };
  expect(await sender.refused('message', { to: 'unlucky', text: 'never' })).toMatchObject({ code: 'internal' });
  expect(failures).toBeGreaterThan(0);
  room.local.faults.reset();
  expect(await sender.get('message', { to: 'unlucky', text: 'ever' })).toMatchObject({ seq: 3 });
  const page = await reader.get('sync', { inbox: 0 });
  expect(seqs(page)).toEqual([1, 3]);
  expect(page).toMatchObject({ more: false });
  await sender.close();
  await reader.close();
});

test("a deregistered user's counter goes with the account", async () => {
  const { sender, reader } = await readerWith('leaver', 1);
  const { accountId } = (await room.database.user('leaver')) ?? {};
  const key = { stream: 'counter/inbox/leaver', position: accountId };
  expect(await room.database.get('Messages', key)).toMatchObject({ seq: 1 });
  await reader.get('logout', {});
  const client = await room.connect();
  await client.get('deregister', { user: 'leaver', password });
  expect(await room.database.get('Messages', key)).toBeUndefined();
  await client.close();
  await sender.close();
});

test('an expired message that is still stored is not returned, and the reader continues after it', async () => {
  const { sender, reader } = await readerWith('late', 3);
  for (const item of (await inboxItems('late')).slice(0, 2)) await put({ ...item, expiresAt: 1 });
  const page = await reader.get('sync', { inbox: 0 });
  expect(seqs(page)).toEqual([3]);
  expect(page).toMatchObject({ upTo: { inbox: 3 }, more: false });
  await sender.close();
  await reader.close();
});

test('numbers continue when all acknowledged messages have expired', async () => {
  const { sender, reader } = await readerWith('sleeper', 2);
  reader.say('ack', { inbox: 2 });
  await expect.poll(async () => seqs(await reader.get('sync', {}))).toEqual([]);
  for (const item of await inboxItems('sleeper')) await remove(item);
  expect(await sender.get('message', { to: 'sleeper', text: 'after' })).toMatchObject({ seq: 3 });
  expect(await reader.event('message', { seq: 3 })).toMatchObject({ text: 'after' });
  await sender.close();
  await reader.close();
});

test("the room's numbers continue when all broadcasts have expired", async () => {
  const speaker = await room.enter('speaker');
  const { seq } = await speaker.get('broadcast', { text: 'before' });
  for (const item of await room.database.stream('room')) await remove(item);
  expect(await speaker.get('broadcast', { text: 'after' })).toMatchObject({ seq: seq + 1 });
  await speaker.close();
});

test('numbers continue when the last messages have expired before older ones', async () => {
  const speaker = await room.enter('shortener');
  for (let i = 1; i <= 3; i += 1) await speaker.get('broadcast', { text: `b${i}` });
  const { seq: last } = await speaker.get('broadcast', { text: 'the last for long' });
  const listener = await room.enter('listener');
  for (const item of (await room.database.stream('room')).slice(-2)) await remove(item);
  expect(await speaker.get('broadcast', { text: 'after' })).toMatchObject({ seq: last + 1 });
  expect(seqs(await listener.get('sync', { room: last }))).toEqual([last + 1]);
  // Again, now with the number that a new user's cursor starts at.
  const [newest] = (await room.database.stream('room')).slice(-1);
  await remove(newest ?? {});
  await room.register('newcomer');
  expect(await room.database.user('newcomer')).toMatchObject({ roomAcked: last + 1 });
  await speaker.close();
  await listener.close();
});

test('a message whose commit was answered too late is stored once', async () => {
  const { sender, reader } = await readerWith('once', 0);
  let lost = 0;
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = ({ operation, trigger }) => {
    if (operation !== 'PutItem' || trigger?.detail !== 'message' || lost > 0) return undefined;
    lost += 1;
    return 'after';
  };
  expect(await sender.get('message', { to: 'once', text: 'hi' })).toMatchObject({ seq: 1, delivery: 'delivered' });
  expect(lost).toBe(1);
  expect(await inboxItems('once')).toHaveLength(1);
  await reader.event('message', { seq: 1 });
  await sender.close();
  await reader.close();
});

test("a new owner of a name begins an inbox of their own, and never sees the old one's", async () => {
  const { sender, reader } = await readerWith('heir', 2);
  await reader.get('logout', {});
  const client = await room.connect();
  await client.get('deregister', { user: 'heir', password });
  await client.get('register', { user: 'heir', password: 'another one' });
  const login = await client.get('login', { user: 'heir', password: 'another one' });
  expect(login.unread).toEqual({ inbox: 0, room: 0 });
  expect(seqs(await client.get('sync', { inbox: 0 }))).toEqual([]);
  expect(await sender.get('message', { to: 'heir', text: 'welcome' })).toMatchObject({ seq: 1 });
  expect(await sender.get('message', { to: 'heir', text: 'again' })).toMatchObject({ seq: 2 });
  expect(await client.get('history', { stream: 'inbox' })).toMatchObject({
    messages: [{ text: 'welcome' }, { text: 'again' }],
    more: false,
  });
  await sender.close();
  await client.close();
});
