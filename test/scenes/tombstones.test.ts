import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceCall } from '../../local/recorder.ts';
import type { StreamMessage } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

/** More than the room reads of a stream in one piece. */
const tombstones = 1_100;
/** The number of the message after them. */
const last = tombstones + 2;

let room: SceneRoom;
let reader: RawClient;
let sender: RawClient;
beforeAll(async () => {
  room = await openRoom();
  reader = await room.enter('Columbia');
  sender = await room.enter('facebook');
  await sender.get('message', { to: 'Columbia', text: 'before' });
  await bury('inbox/columbia', 2, tombstones);
  expect(await sender.get('message', { to: 'Columbia', text: 'after' })).toMatchObject({ seq: last });
});
afterAll(() => room.close());

/** Puts tombstones after the first message of a stream, and moves the stream's counter. */
async function bury(stream: string, first: number, count: number): Promise<void> {
  const [message = {}] = await room.database.stream(stream);
  const prefix = String(message['position']).slice(0, -15);
  const previousAt = Date.now();
  const items = Array.from({ length: count }, (_, i) => {
    const seq = first + i;
    const position = prefix + String(seq).padStart(15, '0');
    return { stream, position, seq, previousAt, event: 'hidden', expiresAt: message['expiresAt'] };
  });
  await room.database.putAll('Messages', items);
  const counter = { stream: `counter/${stream}`, position: prefix.slice(0, -1) };
  await room.database.set('Messages', counter, { seq: first + count - 1, givenAt: previousAt });
}

test('a reader passes any number of tombstones in several pages', async () => {
  const page = await reader.get('sync', { inbox: 0 });
  expect(page.messages).toMatchObject([{ seq: 1, text: 'before' }]);
  expect(page).toMatchObject({ upTo: { inbox: 1_000 }, more: true });
  const next = await reader.get('sync', { inbox: 1_000, limit: 1 });
  expect(next.messages).toMatchObject([{ seq: last, text: 'after' }]);
  expect(next).toMatchObject({ upTo: { inbox: last }, more: false });
});

test('a backup reads through more tombstones than fit a page', async () => {
  let reply = await room.admin({ command: 'backup' });
  // An invocation may do one step only.
  for (let steps = 0; reply['next'] !== undefined && steps < 50; steps += 1) {
    reply = await room.admin({ command: 'backup', from: reply['next'] });
  }
  expect(reply).toMatchObject({ ok: true, counts: { messages: 2 } });
});

const textsOf = (messages: readonly StreamMessage[]) => messages.map((one) => ('text' in one ? one.text : one.event));

/** All pages of `history`, newest first. Each begins before the one above it. */
async function historyPages(before: number | undefined, limit: number): Promise<string[][]> {
  const all: string[][] = [];
  let from = before;
  do {
    const asked = { stream: 'inbox', limit, ...(from !== undefined && { before: from }) } as const;
    const page = await reader.get('history', asked);
    all.push(textsOf(page.messages));
    expect(page.more).toBe(page.before !== undefined);
    expect(page.before ?? 0).toBeLessThan(from ?? last + 1);
    from = page.before;
  } while (from !== undefined);
  return all;
}

test('history goes back over any number of tombstones in several pages', async () => {
  expect(await historyPages(undefined, 200)).toEqual([['after'], ['before']]);
  expect(await historyPages(undefined, 1)).toEqual([['after'], ['before']]);
  expect(await historyPages(last, 200)).toEqual([[], ['before']]);
});

test('a private conversation goes back over any number of tombstones in several pages', async () => {
  const page = (client: RawClient, user: string, cursor?: string) =>
    client.get('history', { stream: 'inbox', with: user, ...(cursor !== undefined && { cursor }) });
  const received = await page(reader, 'facebook');
  expect(textsOf(received.messages)).toEqual(['after']);
  const { cursor } = received;
  expect(Number(cursor?.split('-')[0])).toBeLessThan(last - 900);
  const earlier = await page(reader, 'facebook', cursor);
  expect([textsOf(earlier.messages), earlier.more]).toEqual([['before'], false]);
  await reader.get('message', { to: 'facebook', text: 'answer' });
  // The room has read the answer, and of the other half tombstones alone: an own message may be later than the answer.
  const none = await page(sender, 'Columbia', `2-${last}`);
  expect([textsOf(none.messages), none.more]).toEqual([[], true]);
  const both = await page(sender, 'Columbia', none.cursor);
  expect([textsOf(both.messages), both.more]).toEqual([['before', 'answer'], false]);
});

test('a page of history takes one query', async () => {
  for (const text of ['1', '2', '3', '4', '5']) await sender.get('broadcast', { text });
  const calls: ServiceCall[] = [];
  const ended = new Promise<void>((resolve) => {
    const stop = room.local.calls.subscribe((entry) => {
      if (entry.kind === 'call' && entry.trigger?.detail === 'history') calls.push(entry);
      if (entry.kind !== 'invocation' || entry.trigger?.detail !== 'history') return;
      stop();
      resolve();
    });
  });
  const page = await sender.get('history', { stream: 'room', before: 5, limit: 2 });
  expect([textsOf(page.messages), page.before]).toEqual([['3', '4'], 3]);
  await ended;
  expect(calls.filter(({ operation }) => operation === 'Query')).toHaveLength(1);
});
