import { afterAll, beforeAll, expect, test } from 'vitest';
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
