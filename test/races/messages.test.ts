import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deferred } from '../../client/room/deferred.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';
import { rounds, timeout } from '../harness/rounds.ts';

let room: SceneRoom;
let sender: RawClient;
beforeAll(async () => {
  room = await openRoom();
  sender = await room.enter('sender');
});
afterAll(() => room.close());

/** A delay of zero to some milliseconds, different in each round, so that the rounds interleave differently. */
const stagger = (round: number) => sleep((round * 5) % 9);

/** Resolves when a transaction has ended, before its caller gets the response. */
function transactionEnded(): Promise<void> {
  return new Promise((resolve) => {
    const stop = room.local.calls.subscribe((entry) => {
      if (entry.kind !== 'call' || entry.operation !== 'TransactWriteItems') return;
      stop();
      resolve();
    });
  });
}

async function countIsExact(online: number): Promise<void> {
  expect(await room.database.counts()).toEqual({ counted: online, present: online });
}

test('a message races a deregistration: the next owner of the name never sees it', { timeout }, async () => {
  const outcomes = { stored: 0, refused: 0 };
  const client = await room.connect();
  await client.get('register', { user: 'mortal', password });
  for (let round = 0; round < rounds; round += 1) {
    const late = round % 2 === 0;
    const leaving = late
      ? sleep(round % 9).then(() => client.get('deregister', { user: 'mortal', password }))
      : undefined;
    const sending = sender.ask('message', { to: 'mortal', text: `round ${round}` });
    await (leaving ?? stagger(round).then(() => client.get('deregister', { user: 'mortal', password })));
    const next = client.get('register', { user: 'mortal', password });
    const reply = await sending;
    await next;
    if (reply.ok) outcomes.stored += 1;
    else expect(reply.error).toMatchObject({ code: 'no-such-user' });
    if (!reply.ok) outcomes.refused += 1;

    const heir = await room.connect();
    const login = await heir.get('login', { user: 'mortal', password });
    const { messages } = await heir.get('sync', { inbox: 0 });
    // If it was sent after the new owner registered, it is a message to the new owner, and the first one.
    expect([0, 1]).toContain(messages.length);
    if (messages.length > 0) {
      expect(messages).toMatchObject([{ seq: 1, text: `round ${round}` }]);
      expect(reply).toMatchObject({ ok: true, seq: 1 });
    }
    expect(login.unread).toMatchObject({ inbox: messages.length });
    await countIsExact(2);
    await heir.get('logout', {});
    await countIsExact(1);
  }
  expect(outcomes.stored + outcomes.refused).toBe(rounds);
  expect(outcomes.stored).toBeGreaterThan(0);
  await client.close();
});

test(
  'a message is held between read and commit while its recipient deregisters and the name gets a new owner',
  async () => {
    const client = await room.connect();
    await client.get('register', { user: 'phoenix', password });
    for (let round = 0; round < rounds; round += 1) {
      const held = deferred<void>();
      const go = deferred<undefined>();
      room.local.faults.beforeDynamoDb = ({ operation, tables }) => {
        if (operation !== 'PutItem' || !tables.some((table) => table.startsWith('Messages'))) return undefined;
        held.resolve();
        return go.promise;
      };
      const sending = sender.get('message', { to: 'phoenix', text: `for the old one ${round}` });
      await held.promise;
      await client.get('deregister', { user: 'phoenix', password });
      await client.get('register', { user: 'phoenix', password });
      go.resolve(undefined);
      await sending;
      room.local.faults.reset();
      const heir = await room.connect();
      expect(await heir.get('login', { user: 'phoenix', password })).toMatchObject({ unread: { inbox: 0 } });
      expect(await heir.get('sync', { inbox: 0 })).toMatchObject({ messages: [] });
      expect(await heir.get('history', { stream: 'inbox' })).toMatchObject({ messages: [] });
      await heir.get('logout', {});
      await countIsExact(1);
    }
    await client.close();
  },
  timeout,
);

test('a message races a block: it is refused or delivered, and always refused after the reply to the block', {
  timeout,
}, async () => {
  const blocker = await room.enter('blocker');
  const outcomes = { delivered: 0, blocked: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const text = `round ${round}`;
    const first = round % 2 === 0;
    const sending = first ? sender.ask('message', { to: 'blocker', text }) : undefined;
    if (first) await stagger(round);
    // Some rounds wait for the commit, so that on a slow machine, too, some messages come after it.
    const blocked = round % 4 === 3 ? transactionEnded() : undefined;
    const blocking = blocker.get('block', { user: 'sender' });
    if (!first) await (blocked ?? stagger(round));
    const reply = await (sending ?? sender.ask('message', { to: 'blocker', text }));
    await blocking;
    expect(await sender.refused('message', { to: 'blocker', text: 'after' })).toMatchObject({ code: 'blocked' });
    if (reply.ok) {
      outcomes.delivered += 1;
      await blocker.event('message', { text, seq: reply.seq });
    } else {
      outcomes.blocked += 1;
      expect(reply.error).toMatchObject({ code: 'blocked' });
    }
    await blocker.get('unblock', { user: 'sender' });
    await countIsExact(2);
  }
  // A refused message is in no stream. The others have numbers without gaps.
  const stored = await room.database.stream('inbox/blocker');
  expect(stored.map((item) => item['seq'])).toEqual(Array.from({ length: outcomes.delivered }, (_, i) => i + 1));
  expect(outcomes.blocked).toBeGreaterThan(0);
  expect(outcomes.delivered).toBeGreaterThan(0);
  await blocker.get('logout', {});
});

test('a broadcast races a login: it is posted or returned by sync, and posted at most once', { timeout }, async () => {
  await room.register('comer');
  const outcomes = { posted: 0, synced: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const comer = await room.connect();
    const text = `round ${round}`;
    const first = round % 2 === 0;
    const early = first ? sender.get('broadcast', { text }) : undefined;
    if (first) await stagger(round);
    const login = comer.get('login', { user: 'comer', password });
    if (!first) await stagger(round);
    const sent = early ?? sender.get('broadcast', { text });
    await login;
    const [reply, page] = await Promise.all([sent, comer.get('sync', {})]);
    if (page.messages.some((one) => one.event === 'broadcast' && one.text === text)) outcomes.synced += 1;
    else {
      await comer.event('broadcast', { text, seq: reply.seq });
      outcomes.posted += 1;
    }
    expect(comer.events('broadcast').filter(({ seq }) => seq === reply.seq).length).toBeLessThanOrEqual(1);
    comer.say('ack', { room: reply.seq });
    await countIsExact(2);
    await comer.get('logout', {});
  }
  expect(outcomes.synced).toBeGreaterThan(0);
  await countIsExact(1);
});
