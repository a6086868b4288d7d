import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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

test('a reading that passed a number just before it was committed is made again', async () => {
  const { sender, reader } = await readerWith('torn', 3);
  const second = (await inboxItems('torn'))[1] ?? {};
  await remove(second);
  let readings = 0;
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = async ({ operation, trigger, input }) => {
    const isInbox = JSON.stringify(input).includes('inbox/torn');
    if (operation !== 'Query' || trigger?.detail !== 'sync' || !isInbox) return undefined;
    readings += 1;
    if (readings === 2) await put(second);
    return undefined;
  };
  expect(seqs(await reader.get('sync', { inbox: 0 }))).toEqual([1, 2, 3]);
  expect(readings).toBe(2);
  await sender.close();
  await reader.close();
});

test('what has expired is not given, though it is still stored, and the reader goes on past it', async () => {
  const { sender, reader } = await readerWith('late', 3);
  for (const item of (await inboxItems('late')).slice(0, 2)) await put({ ...item, expiresAt: 1 });
  const page = await reader.get('sync', { inbox: 0 });
  expect(seqs(page)).toEqual([3]);
  expect(page).toMatchObject({ upTo: { inbox: 3 }, more: false });
  await sender.close();
  await reader.close();
});

test('numbers go on when everything acknowledged has expired and gone', async () => {
  const { sender, reader } = await readerWith('sleeper', 2);
  reader.say('ack', { inbox: 2 });
  await expect.poll(async () => seqs(await reader.get('sync', {}))).toEqual([]);
  for (const item of await inboxItems('sleeper')) await remove(item);
  expect(await sender.get('message', { to: 'sleeper', text: 'after' })).toMatchObject({ seq: 3 });
  expect(await reader.event('message', { seq: 3 })).toMatchObject({ text: 'after' });
  await sender.close();
  await reader.close();
});

test("the room's numbers go on when every broadcast has expired and gone", async () => {
  const speaker = await room.enter('speaker');
  const { seq } = await speaker.get('broadcast', { text: 'before' });
  await room.local.runSchedule();
  for (const item of await room.database.stream('room')) await remove(item);
  expect(await speaker.get('broadcast', { text: 'after' })).toMatchObject({ seq: seq + 1 });
  await speaker.close();
});

/** Days ago as a message's `sentAt`, and from now on as its `expiresAt`. */
const days = (count: number) => count * 86_400_000;
const sentBefore = (count: number) => new Date(Date.now() - days(count)).toISOString();
const expiresAfter = (count: number) => Math.floor((Date.now() + days(count)) / 1000);

test('numbers go on when the last messages have expired before older ones, which were kept for longer', async () => {
  const speaker = await room.enter('shortener');
  for (let i = 1; i <= 3; i += 1) await speaker.get('broadcast', { text: `b${i}` });
  const { seq: last } = await speaker.get('broadcast', { text: 'the last for long' });
  const listener = await room.enter('listener');
  await room.local.runSchedule();
  const broadcasts = await room.database.stream('room');
  // Kept for thirty days, of which nine are over; what came later, for one.
  for (const item of broadcasts.slice(0, -2)) {
    await put({ ...item, sentAt: sentBefore(9), expiresAt: expiresAfter(21) });
  }
  for (const item of broadcasts.slice(-2)) await remove(item);
  expect(await speaker.get('broadcast', { text: 'after' })).toMatchObject({ seq: last + 1 });
  expect(seqs(await listener.get('sync', { room: last }))).toEqual([last + 1]);
  // Again, and now from what somebody new is told.
  const [newest] = (await room.database.stream('room')).slice(-1);
  await room.local.runSchedule();
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
