import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { EventOf } from '../../protocol/index.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { rounds, timeout } from '../harness/rounds.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

/** The messages that a client would show: posts and pages of sync, each number once. */
async function shownInInbox(client: RawClient): Promise<EventOf<'message'>[]> {
  const { messages } = await client.get('sync', { inbox: 0, limit: 200 });
  const bySeq = new Map<number, EventOf<'message'>>();
  for (const one of [...client.events('message'), ...messages]) if (one.event === 'message') bySeq.set(one.seq, one);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

describe('twenty senders to one inbox at once', () => {
  test('every message has a unique number, without gaps, and all are posted', async () => {
    const reader = await room.enter('inbox');
    const senders = await Promise.all(Array.from({ length: 20 }, (_, i) => room.enter(`sender${i}`)));
    const replies = await Promise.all(
      senders.flatMap((sender, i) =>
        Array.from({ length: 5 }, (_, j) => sender.get('message', { to: 'inbox', text: `${i}.${j}` })),
      ),
    );
    const seqs = replies.map((reply) => reply.seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    const messages = await shownInInbox(reader);
    expect(messages.map((one) => one.text).sort()).toEqual(
      senders.flatMap((_, i) => Array.from({ length: 5 }, (__, j) => `${i}.${j}`)).sort(),
    );
    for (const reply of replies) {
      const posted = reader.events('message').filter((event) => event.seq === reply.seq);
      expect(posted).toHaveLength(1);
    }
    await Promise.all([reader, ...senders].map((client) => client.close()));
  });
});

describe('a message sent while its recipient is logging in', () => {
  test('is shown exactly once, in every round', { timeout }, async () => {
    await room.register('comer');
    const sender = await room.enter('facebook');
    let last = 0;
    for (let round = 0; round < rounds; round += 1) {
      const comer = await room.connect();
      const login = comer.get('login', { user: 'comer', password });
      const text = `round ${round}`;
      // Some during the password check, some around the commit.
      await new Promise((resolve) => setTimeout(resolve, round % 8));
      const sent = sender.get('message', { to: 'comer', text });
      await login;
      const synced = comer.get('sync', { inbox: last });
      const [reply, page] = await Promise.all([sent, synced]);
      const given = page.messages.some((one) => 'text' in one && one.text === text);
      if (!given) await comer.event('message', { text });
      const times = comer.events('message').filter((event) => event.seq === reply.seq);
      expect(times.length).toBeLessThanOrEqual(1);
      expect(reply.seq).toBe(last + 1);
      last = reply.seq;
      comer.say('ack', { inbox: last });
      await comer.get('logout', {});
      await comer.closed;
    }
    await sender.close();
  });
});

test('a message is posted to a recipient who logged in and synced after it read presence and before its commit', async () => {
  await room.register('between');
  const sender = await room.enter('early');
  const [committing, mayCommit] = [deferred<void>(), deferred<undefined>()];
  onTestFinished(() => room.local.faults.reset());
  room.local.faults.beforeDynamoDb = ({ operation, trigger, tables }) => {
    const isCommit = /Put|Update|Transact/.test(operation) && tables.some((table) => table.startsWith('Messages'));
    if (trigger?.detail !== 'message' || !isCommit) return undefined;
    committing.resolve();
    return mayCommit.promise;
  };
  const sent = sender.get('message', { to: 'between', text: 'hi' });
  await committing.promise;
  const comer = await room.enter('between');
  expect(await comer.get('sync', {})).toMatchObject({ messages: [] });
  mayCommit.resolve(undefined);
  expect(await sent).toMatchObject({ delivery: 'delivered' });
  expect(await comer.event('message')).toMatchObject({ text: 'hi' });
  await Promise.all([sender, comer].map((client) => client.close()));
});

describe('a resume sent twice at once over one connection', () => {
  test('resumes once', async () => {
    await room.register('twice');
    const client = await room.connect();
    const { token } = await client.get('login', { user: 'twice', password });
    const next = await room.connect();
    const [committing, mayCommit] = [deferred<void>(), deferred<void>()];
    const [looking, committed] = [deferred<void>(), deferred<void>()];
    let looks = 0;
    room.local.faults.beforeDynamoDb = async ({ operation, tables, trigger }) => {
      if (trigger?.detail !== 'resume') return undefined;
      if (operation === 'TransactWriteItems') {
        committing.resolve();
        await mayCommit.promise;
      }
      if (operation !== 'GetItem' || !tables.some((table) => table.startsWith('Presence'))) return undefined;
      looks += 1;
      // The second one has read the connection before the login of the first, and reads the session after it.
      if (looks === 2) {
        looking.resolve();
        await committed.promise;
      }
      return undefined;
    };
    onTestFinished(() => room.local.faults.reset());
    const first = next.get('resume', { user: 'twice', token });
    await committing.promise;
    const second = next.refused('resume', { user: 'twice', token });
    await looking.promise;
    // Its other reads began at the same time.
    await sleep(100);
    mayCommit.resolve();
    await first;
    committed.resolve();
    expect(await second).toMatchObject({ code: 'already-logged-in' });
    expect(await next.get('whoelse', {})).toMatchObject({ ok: true });
    await next.close();
  });
});
