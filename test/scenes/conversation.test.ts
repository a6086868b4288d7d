import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Arguments, StreamMessage } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const shown = (messages: readonly StreamMessage[]) =>
  messages.map((message) =>
    message.event === 'message' ? `${message.from}${message.to ? ` to ${message.to}` : ''}: ${message.text}` : message,
  );

type Asked = Omit<Arguments<'history'>, 'stream'>;

const page = (client: RawClient, asked: Asked) => client.get('history', { stream: 'inbox', ...asked });

/** All pages of a conversation, newest first. */
async function pages(client: RawClient, asked: Asked): Promise<string[][]> {
  const all: string[][] = [];
  let from: string | undefined;
  for (;;) {
    const { messages, more, cursor } = await page(client, { ...asked, ...(from !== undefined && { cursor: from }) });
    all.push(shown(messages).map(String));
    expect(cursor !== undefined).toBe(more);
    if (cursor === undefined) return all;
    expect(cursor).not.toBe(from);
    from = cursor;
  }
}

test('a user reads both halves of a private conversation after a new login, and nothing of others', async () => {
  const ann = await room.enter('Ann');
  const ben = await room.enter('Ben');
  const eve = await room.enter('Eve');
  const first = await ann.get('message', { to: 'ben', text: 'one' });
  await ben.get('message', { to: 'Ann', text: 'two' });
  await eve.get('message', { to: 'Ben', text: 'from Eve' });
  await eve.get('message', { to: 'Ann', text: 'from Eve, too' });
  await ann.get('broadcast', { text: 'to all' });
  await ann.get('message', { to: 'BEN', text: 'three' });
  await ann.get('logout', {});
  const again = await room.enter('Ann');
  const { messages, ...rest } = await page(again, { with: 'BEN' });
  expect(rest).toMatchObject({ more: false });
  expect(shown(messages)).toEqual(['Ann to Ben: one', 'Ben: two', 'Ann to Ben: three']);
  const { sentAt, id, seq } = first;
  const own = { type: 'event', event: 'message', stream: 'inbox', from: 'Ann', to: 'Ben', text: 'one' };
  expect(messages[0]).toEqual({ ...own, sentAt, id, seq });
  expect(shown((await page(ben, { with: 'Ann' })).messages)).toEqual(['Ann: one', 'Ben to Ann: two', 'Ann: three']);
  expect(shown((await page(eve, { with: 'Ben' })).messages)).toEqual(['Eve to Ben: from Eve']);
  // The inbox alone is what it was.
  expect(shown((await page(again, {})).messages)).toEqual(['Ben: two', 'Eve: from Eve, too']);
  expect(await page(again, { with: 'nobody' })).toMatchObject({ messages: [], more: false });
  expect(await page(again, { with: 'Ann' })).toMatchObject({ messages: [], more: false });
  for (const client of [again, ben, eve]) await client.close();
});

test('a block does not change what the blocked user reads', async () => {
  const blocked = await room.enter('Blocked');
  const blocker = await room.enter('Blocker');
  await blocked.get('message', { to: 'Blocker', text: 'before' });
  await blocker.get('message', { to: 'Blocked', text: 'no' });
  const { id: _, ...before } = await page(blocked, { with: 'Blocker' });
  expect(shown(before.messages)).toEqual(['Blocked to Blocker: before', 'Blocker: no']);
  await blocker.get('block', { user: 'Blocked' });
  await blocked.refused('message', { to: 'Blocker', text: 'during' });
  const { id: __, ...during } = await page(blocked, { with: 'Blocker' });
  expect(during).toEqual(before);
  await blocked.close();
  await blocker.close();
});

test('a new owner of a name inherits no half of a conversation; messages are deleted with their inbox', async () => {
  const keeper = await room.enter('Keeper');
  const first = await room.enter('Leaver');
  await first.get('message', { to: 'Keeper', text: 'from the first' });
  await keeper.get('message', { to: 'Leaver', text: 'to the first' });
  await first.get('logout', {});
  const guest = await room.connect();
  await guest.get('deregister', { user: 'Leaver', password });
  expect(shown((await page(keeper, { with: 'Leaver' })).messages)).toEqual(['Leaver: from the first']);
  await guest.close();
  const second = await room.enter('Leaver');
  expect(await page(second, { with: 'Keeper' })).toMatchObject({ messages: [], more: false });
  expect(shown((await page(keeper, { with: 'Leaver' })).messages)).toEqual(['Leaver: from the first']);
  await keeper.get('message', { to: 'Leaver', text: 'to the second' });
  expect(shown((await page(second, { with: 'Keeper' })).messages)).toEqual(['Keeper: to the second']);
  await keeper.close();
  await second.close();
});

test('an expired message is gone from both ends', async () => {
  const writer = await room.enter('Writer');
  const reader = await room.enter('Reader');
  for (const text of ['old', 'new']) await writer.get('message', { to: 'Reader', text });
  const [{ stream, position } = {}] = await room.database.stream('inbox/reader');
  await room.database.set('Messages', { stream, position }, { expiresAt: Math.floor(Date.now() / 1000) - 1 });
  expect(shown((await page(writer, { with: 'Reader' })).messages)).toEqual(['Writer to Reader: new']);
  expect(shown((await page(reader, { with: 'Writer' })).messages)).toEqual(['Writer: new']);
  await writer.close();
  await reader.close();
});

/** Puts messages like the last one of an inbox after it, sent at these times (epoch ms), perhaps with other texts. */
async function fill(
  inbox: string,
  messages: readonly { readonly at: number; readonly text?: string }[],
): Promise<void> {
  const model = (await room.database.stream(inbox)).at(-1) ?? {};
  const [account] = String(model['position']).split('/');
  const items = messages.map(({ at, ...text }, i) => {
    const seq = Number(model['seq']) + 1 + i;
    const position = `${account}/${String(seq).padStart(15, '0')}`;
    return { ...model, seq, position, sentAt: new Date(at).toISOString(), ...text };
  });
  await room.database.putAll('Messages', items);
}

test('pages go back through both halves, and each message is on one page', async () => {
  const pat = await room.enter('Pat');
  const quin = await room.enter('Quin');
  const said: string[] = [];
  for (let i = 1; i <= 9; i += 1) {
    const isOwn = i % 3 !== 0;
    await (isOwn ? pat : quin).get('message', { to: isOwn ? 'Quin' : 'Pat', text: `${i}` });
    said.push(isOwn ? `Pat to Quin: ${i}` : `Quin: ${i}`);
  }
  for (const limit of [1, 2, 4, 9, 10]) {
    const all = await pages(pat, { with: 'Quin', limit });
    expect(all.toReversed().flat()).toEqual(said);
    expect(all.every((messages) => messages.length <= limit)).toBe(true);
  }
  await pat.close();
  await quin.close();
});

test('a page reads a bounded part of a large inbox, and leaves no message out between two others', async () => {
  const fan = await room.enter('Fan');
  const star = await room.enter('Star');
  const crowd = await room.enter('Crowd');
  await fan.get('message', { to: 'Star', text: 'question' });
  await star.get('message', { to: 'Fan', text: 'answer' });
  await crowd.get('message', { to: 'Star', text: 'me too' });
  const begin = Date.now();
  await fill(
    'inbox/star',
    Array.from({ length: 1_200 }, (_, i) => ({ at: begin + i })),
  );
  // The answer waits for the question, which is 1,200 messages further back.
  expect(await pages(fan, { with: 'Star' })).toEqual([[], ['Fan to Star: question', 'Star: answer']]);
  for (const client of [fan, star, crowd]) await client.close();
});

test('each message is on one page, even if the clocks of functions disagree', async () => {
  const skew = await room.enter('Skew');
  const drift = await room.enter('Drift');
  await skew.get('message', { to: 'Drift', text: 'sent 0' });
  await drift.get('message', { to: 'Skew', text: 'received 0' });
  const begin = Date.now();
  const say = (what: string, times: readonly number[]) =>
    times.map((time, i) => ({ at: begin + time, text: `${what} ${i + 1}` }));
  const sent = Array.from({ length: 1_100 }, (_, i) => 100 + i);
  // The function that sent the last message had a clock that was behind those of all others.
  const received = [...Array.from({ length: 250 }, (_, i) => 10_000 + i), 1];
  await fill('inbox/drift', say('sent', sent));
  await fill('inbox/skew', say('received', received));
  const all = (await pages(skew, { with: 'Drift' })).flat();
  expect(all).toHaveLength(sent.length + received.length + 2);
  expect(new Set(all).size).toBe(all.length);
  await skew.close();
  await drift.close();
});

test('a forged cursor shows nothing but the conversation', async () => {
  const owner = await room.enter('Owner');
  const other = await room.enter('Other');
  const thief = await room.enter('Thief');
  await owner.get('message', { to: 'Other', text: 'a secret' });
  await thief.get('message', { to: 'Other', text: 'hello' });
  for (const cursor of ['1-1', '999-999', '0-999', '999999999999999-999999999999999']) {
    const { messages } = await page(thief, { with: 'Other', cursor });
    expect(shown(messages).filter((text) => text !== 'Thief to Other: hello')).toEqual([]);
  }
  expect(await page(thief, { with: 'Other', cursor: '0-0' })).toMatchObject({ messages: [], more: false });
  for (const cursor of ['', '1', '1-', '-1', '1-1-1', '1e3-1', '1/2', '9999999999999999-1']) {
    const refusal = await thief.refused('history', { stream: 'inbox', with: 'Other', cursor });
    expect(refusal).toMatchObject({ code: 'bad-request', field: 'cursor' });
  }
  for (const client of [owner, other, thief]) await client.close();
});
