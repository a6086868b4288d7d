import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { DynamoDbCall } from '../../local/faults.ts';
import type { GrantedReply, RawClient, ReceivedFrame } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { tablesOf } from '../harness/tables.ts';

const timeout = 120_000;
/** The second that a repeated request waits takes a tenth of a second here. */
const speed = 10;
const delay = 1_000 / speed;

let room: SceneRoom;
let other: RawClient;
let calls = 0;
beforeAll(async () => {
  room = await openRoom({ speed, environmentsPerFunction: 4 });
  room.local.calls.subscribe(() => {
    calls += 1;
  });
  await room.register('Columbia', 'facebook');
  other = await room.enter('Google');
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

/** A user who sends a request, loses the connection, resumes, and sends the request again. */
class Speaker {
  #client: RawClient;
  #token: string;
  readonly #sendings: { client: RawClient; frame: object }[] = [];

  private constructor(client: RawClient, token: string) {
    this.#client = client;
    this.#token = token;
  }

  static async enter(): Promise<Speaker> {
    const client = await room.connect();
    const { token } = await client.get('login', { user: 'facebook', password });
    return new Speaker(client, token);
  }

  say(frame: object): void {
    this.#sendings.push({ client: this.#client, frame });
    this.#client.send(frame);
  }

  /** Resumes over a new connection. The old one stays open until the room closes it, so that its replies are received. */
  async move(): Promise<void> {
    const next = await room.connect();
    const { token } = await next.get('resume', { user: 'facebook', token: this.#token });
    this.#client = next;
    this.#token = token;
  }

  /** The reply to the last sending. */
  reply(id: string): Promise<ReceivedFrame> {
    return this.#client.next((frame) => frame.type === 'reply' && frame.id === id, `the reply to ${id}`);
  }

  /** All replies, to any of the sendings. */
  answers(id: string): ReceivedFrame[] {
    const clients = new Set(this.#sendings.map(({ client }) => client));
    return [...clients].flatMap((client) => client.all((frame) => frame.type === 'reply' && frame.id === id));
  }

  leave(): Promise<GrantedReply<'logout'>> {
    return this.#client.get('logout', {});
  }
}

/** Holds the first matching call until it is released. Resolves when the call is reached. */
function hold(fits: (call: DynamoDbCall) => boolean) {
  const reached = deferred<void>();
  const released = deferred<undefined>();
  let held = false;
  room.local.faults.beforeDynamoDb = (call) => {
    if (held || !fits(call)) return undefined;
    held = true;
    reached.resolve();
    return released.promise;
  };
  return { reached: reached.promise, release: () => released.resolve(undefined) };
}

const touches = (call: DynamoDbCall, operation: string) =>
  call.operation === operation && call.tables.some((table) => table.startsWith('Messages'));

/** Resolves when all functions have finished. */
async function settled(): Promise<void> {
  let before = -1;
  await expect
    .poll(
      () => {
        const quiet = calls === before;
        before = calls;
        return quiet;
      },
      { interval: 4 * delay, timeout },
    )
    .toBe(true);
}

const kinds = [
  { kind: 'message', stream: 'inbox/columbia', frame: { action: 'message', to: 'Columbia' } },
  { kind: 'broadcast', stream: 'room', frame: { action: 'broadcast' } },
] as const;

async function numbersOf(stream: string, text: string): Promise<number[]> {
  const items = await room.database.stream(stream);
  expect(items.map((item) => item['seq'])).toEqual(items.map((_, i) => i + 1));
  return items.filter((item) => item['text'] === text).map((item) => Number(item['seq']));
}

test('the room searches for a repeated request as far back as repeats are allowed, and no further', async () => {
  const old = await openRoom({ speed });
  const tables = tablesOf(old.local);
  const sentAt = new Date(old.local.clock.now() - 3_600_000).toISOString();
  for (let seq = 1; seq <= 200; seq += 1) {
    const position = String(seq).padStart(15, '0');
    const item = { event: 'broadcast', from: 'System', text: `announced ${seq}`, sentAt, fromId: '', uid: position };
    const expiresAt = Math.ceil(old.local.clock.now() / 1000) + 86_400;
    const Item = { ...item, stream: 'room', position, seq, expiresAt };
    await tables.db.send(new PutCommand({ TableName: tables.name('Messages'), Item }));
  }
  const client = await old.enter('network');
  const recording = old.local.calls.record();
  client.send({ action: 'broadcast', text: 'hello', id: 'hello', again: true });
  const reply = await client.next((frame) => frame.type === 'reply' && frame.id === 'hello', 'the reply');
  expect(reply).toMatchObject({ ok: true, seq: 201 });
  recording.stop();
  const queries = recording.calls.filter(({ function: name, operation, permissions }) => {
    return (
      operation === 'Query' &&
      name?.startsWith('Chat') &&
      permissions.some(({ resource }) => resource.startsWith('Messages'))
    );
  });
  // The newest message, because the stream has no counter yet, and the first page of earlier ones.
  expect(queries).toHaveLength(2);
  await client.close();
  tables.db.destroy();
  await old.close();
});

test('a request sent again is looked for among a limited number of messages', async () => {
  const busy = await openRoom({ speed });
  const tables = tablesOf(busy.local);
  const TableName = tables.name('Messages');
  const sentAt = new Date(busy.local.clock.now()).toISOString();
  const expiresAt = Math.ceil(busy.local.clock.now() / 1000) + 86_400;
  const puts = Array.from({ length: 2_100 }, (_, i) => {
    const position = String(i + 1).padStart(15, '0');
    const item = { event: 'broadcast', from: 'System', text: `announced ${i}`, sentAt, fromId: '', uid: position };
    return { PutRequest: { Item: { ...item, stream: 'room', position, seq: i + 1, expiresAt } } };
  });
  for (let from = 0; from < puts.length; from += 25) {
    await tables.db.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts.slice(from, from + 25) } }));
  }
  const client = await busy.enter('network');
  client.send({ action: 'broadcast', text: 'hello', id: 'hello', again: true });
  const reply = await client.next((frame) => frame.type === 'reply' && frame.id === 'hello', 'the reply');
  expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
  // The number that it took has a tombstone.
  expect(await client.get('broadcast', { text: 'hello' })).toMatchObject({ seq: 2_102 });
  await client.close();
  tables.db.destroy();
  await busy.close();
});

describe.each(kinds)('a $kind that is repeated after a lost connection is stored once', ({ kind, stream, frame }) => {
  let count = 0;
  const fresh = () => {
    count += 1;
    const id = `${kind} ${count}`;
    return { id, said: { ...frame, id, text: `text of ${id}` }, text: `text of ${id}` };
  };

  async function isThereOnce(speaker: Speaker, id: string, text: string): Promise<void> {
    const reply = await speaker.reply(id);
    expect(reply).toMatchObject({ ok: true });
    await settled();
    expect(await numbersOf(stream, text)).toEqual([reply.seq]);
    for (const answer of speaker.answers(id)) if (answer.ok) expect(answer['seq']).toBe(reply.seq);
    await speaker.leave();
  }

  test('when the first sending was carried out', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    speaker.say(said);
    await speaker.reply(id);
    await speaker.move();
    speaker.say({ ...said, again: true });
    await isThereOnce(speaker, id, text);
  });

  test('when the first sending never arrived', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    speaker.say({ ...said, again: true });
    await isThereOnce(speaker, id, text);
  });

  test('and takes its number a second after it came, when the first sending has taken its own', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    const at = new Map<string, number>();
    room.local.faults.beforeDynamoDb = ({ trigger, operation, tables: [table = ''] }) => {
      const what = `${operation} ${table.match(/^[A-Z][a-z]+/)?.[0]}`;
      if (trigger?.detail === kind && !at.has(what)) at.set(what, room.local.clock.now());
      return undefined;
    };
    speaker.say({ ...said, again: true });
    await isThereOnce(speaker, id, text);
    const waited = (at.get('UpdateItem Messages') ?? Number.NaN) - (at.get('GetItem Connections') ?? Number.NaN);
    // A timer may be early by some milliseconds, which the fast clock multiplies.
    expect(waited).toBeGreaterThan(900);
  });

  test('when many other messages were sent in between', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    speaker.say(said);
    await speaker.reply(id);
    for (let i = 0; i < 120; i += 1) {
      const { ok } = await (kind === 'message'
        ? other.ask('message', { to: 'Columbia', text: `between ${i}` })
        : other.ask('broadcast', { text: `between ${i}` }));
      expect(ok).toBe(true);
    }
    await speaker.move();
    speaker.say({ ...said, again: true });
    await isThereOnce(speaker, id, text);
  });

  test('when the first sending commits after the repeat', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    const first = hold((call) => touches(call, 'PutItem'));
    speaker.say(said);
    await first.reached;
    await speaker.move();
    speaker.say({ ...said, again: true });
    await speaker.reply(id);
    await other.get('message', { to: 'Columbia', text: 'something else' });
    await other.get('broadcast', { text: 'something else' });
    first.release();
    speaker.say({ action: 'whoelse', id: 'whoelse' });
    await speaker.reply('whoelse');
    await settled();
    expect(await numbersOf(stream, text)).toHaveLength(1);
    await speaker.leave();
  });

  test('when the first sending commits while the repeat reads its number', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    const puts = [0, 1].map(() => ({ reached: deferred<void>(), released: deferred<undefined>() }));
    let next = 0;
    room.local.faults.beforeDynamoDb = (call) => {
      const put = touches(call, 'PutItem') ? puts[next] : undefined;
      if (!put) return undefined;
      next += 1;
      put.reached.resolve();
      return put.released.promise;
    };
    speaker.say(said);
    await puts[0]?.reached.promise;
    await speaker.move();
    speaker.say({ ...said, again: true });
    await puts[1]?.reached.promise;
    puts[0]?.released.resolve(undefined);
    await expect.poll(() => numbersOf(stream, text), { timeout }).toHaveLength(1);
    const committed = await numbersOf(stream, text);
    puts[1]?.released.resolve(undefined);
    await isThereOnce(speaker, id, text);
    expect(await numbersOf(stream, text)).toEqual(committed);
  });

  test('when the first sending read its connection long before it took a number', async () => {
    const speaker = await Speaker.enter();
    const { id, said, text } = fresh();
    const first = hold((call) => touches(call, 'UpdateItem'));
    speaker.say(said);
    await first.reached;
    await speaker.move();
    speaker.say({ ...said, again: true });
    await speaker.reply(id);
    first.release();
    await settled();
    expect(await numbersOf(stream, text)).toHaveLength(1);
    await speaker.leave();
  });

  test('with random delays: 6 rounds, each request sent three times', { timeout }, async () => {
    let talking = true;
    const chatter = (async () => {
      for (let i = 0; talking; i += 1) {
        await other.ask('message', { to: 'Columbia', text: `chatter ${i}` });
        await other.ask('broadcast', { text: `chatter ${i}` });
        await sleep(20);
      }
    })();
    const texts: string[] = [];
    let random = 7;
    const dice = (sides: number) => {
      random = (random * 48_271) % 2_147_483_647;
      return random % sides;
    };
    room.local.faults.beforeDynamoDb = async ({ function: name }) => {
      // The longest delay with which the function sometimes still answers in time.
      if (name.startsWith('Chat') && dice(4) === 0) await sleep(dice(3 * delay));
      return undefined;
    };
    const speaker = await Speaker.enter();
    for (let round = 0; round < 6; round += 1) {
      const { id, said, text } = fresh();
      texts.push(text);
      speaker.say(said);
      await sleep(dice(30));
      await speaker.move();
      speaker.say({ ...said, again: true });
      await sleep(dice(3 * delay));
      await speaker.move();
      speaker.say({ ...said, again: true });
      const reply = await speaker.reply(id);
      expect(reply).toMatchObject({ ok: true });
    }
    talking = false;
    await chatter;
    room.local.faults.reset();
    await settled();
    for (const text of texts)
      expect({ text, times: (await numbersOf(stream, text)).length }).toEqual({ text, times: 1 });
    await speaker.leave();
  });
});

test('two different texts under one id are two messages, even if they are sent together', async () => {
  const speaker = await Speaker.enter();
  const texts = ['one', 'two', 'three', 'four'];
  for (const text of texts) speaker.say({ action: 'message', to: 'Columbia', id: 'the same', text: `breath ${text}` });
  await expect.poll(() => speaker.answers('the same'), { timeout }).toHaveLength(texts.length);
  for (const text of texts) expect(await numbersOf('inbox/columbia', `breath ${text}`)).toHaveLength(1);
  await speaker.leave();
});

test('a message committed before a block counts as sent when it is repeated; a message after the block is refused', async () => {
  const speaker = await Speaker.enter();
  const said = { action: 'message', to: 'Columbia', id: 'before the block', text: 'still friends' };
  speaker.say(said);
  await speaker.reply('before the block');
  const columbia = await room.enter('Columbia');
  await columbia.get('block', { user: 'facebook' });
  await speaker.move();
  speaker.say({ ...said, again: true });
  expect(await speaker.reply('before the block')).toMatchObject({ ok: true });
  speaker.say({ ...said, id: 'after the block', again: true });
  expect(await speaker.reply('after the block')).toMatchObject({ ok: false, error: { code: 'blocked' } });
  await columbia.get('logout', {});
  await speaker.leave();
});
