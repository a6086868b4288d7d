import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

const speed = 20;

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom({ speed });
  await room.register('sender', 'reader');
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

/** Has every call of a kind fail for good, once a call of another kind has been made. */
function failAfter(committing: string, operation: string, table: string): { failed: () => number } {
  let committed = false;
  let failed = 0;
  room.local.faults.beforeDynamoDb = (call) => {
    if (call.operation === committing) committed = true;
    else if (committed && call.operation === operation && call.tables.some((one) => one.startsWith(table))) {
      failed += 1;
      return 'before';
    }
    return undefined;
  };
  return { failed: () => failed };
}

describe('what has been committed is no failure, whatever follows it', () => {
  test('a message to somebody who cannot be looked for', async () => {
    const sender = await room.enter('sender');
    const { failed } = failAfter('PutItem', 'GetItem', 'Presence');
    expect(await sender.get('message', { to: 'reader', text: 'once' })).toMatchObject({ delivery: 'stored' });
    expect(failed()).toBeGreaterThan(0);
    room.local.faults.reset();
    const reader = await room.enter('reader');
    expect(await reader.get('sync', {})).toMatchObject({ messages: [{ text: 'once' }] });
    await Promise.all([sender, reader].map((client) => client.get('logout', { inbox: 1 })));
  });

  test('a broadcast when nobody can be looked for', async () => {
    const sender = await room.enter('sender');
    const { failed } = failAfter('PutItem', 'Query', 'Presence');
    expect(await sender.get('broadcast', { text: 'once' })).toMatchObject({ online: 0 });
    expect(failed()).toBeGreaterThan(0);
    room.local.faults.reset();
    expect(await sender.get('sync', {})).toMatchObject({ messages: [{ text: 'once' }] });
    await sender.get('logout', {});
  });

  test('a login whose messages cannot be counted', async () => {
    const client = await room.connect();
    const { failed } = failAfter('TransactWriteItems', 'GetItem', 'Messages');
    expect(await client.get('login', { user: 'sender', password })).toMatchObject({ user: 'sender' });
    expect(failed()).toBeGreaterThan(0);
    room.local.faults.reset();
    await client.get('logout', {});
  });

  test('a command beside which it cannot be noted that somebody spoke', async () => {
    const sender = await room.enter('sender');
    await sleep(10_000 / speed);
    let failed = 0;
    room.local.faults.beforeDynamoDb = (call) => {
      if (call.operation !== 'UpdateItem' || !call.tables.some((one) => one.startsWith('Connections')))
        return undefined;
      failed += 1;
      return 'before';
    };
    expect(await sender.get('whoelse', {})).toMatchObject({ users: [] });
    expect(failed).toBeGreaterThan(0);
    room.local.faults.reset();
    await sender.get('logout', {});
  });
});

test('nobody is taken to have been shown what there is not yet', async () => {
  const far = 2 ** 48;
  const liar = await room.enter('liar');
  const sender = await room.enter('sender');
  liar.say('ack', { inbox: far, room: far });
  await liar.get('sync', {});
  expect(await sender.get('message', { to: 'liar', text: 'first' })).toMatchObject({ seq: 1 });
  await liar.event('message', { text: 'first' });
  await liar.get('logout', { inbox: far, room: far });
  expect(await sender.get('message', { to: 'liar', text: 'second' })).toMatchObject({ seq: 2 });
  const { seq } = await sender.get('broadcast', { text: 'to everyone' });
  const again = await room.enter('liar');
  expect(await again.get('sync', {})).toMatchObject({ messages: [{ text: 'second' }, { text: 'to everyone', seq }] });
  await Promise.all([again, sender].map((client) => client.get('logout', {})));
});

test('the end of a grace is waited for, whoever found out about the loss', async () => {
  const [sender, lost] = [await room.enter('sender'), await room.enter('reader')];
  await sender.event('login', { user: 'reader' });
  room.local.faults.disconnect = { drop: 0, late: 1, delayMs: 500, double: 0 };
  await lost.kill();
  // A post finds out before $disconnect tells: this one, or a notice that was still on its way.
  await sender.get('broadcast', { text: 'all here?' });
  expect(await sender.get('broadcast', { text: 'and now?' })).toMatchObject({ online: 1 });
  const recording = room.local.calls.record();
  await expect
    .poll(() => recording.invocations.filter(({ function: name }) => name.startsWith('Connection')).length)
    .toBeGreaterThan(0);
  await sender.event('logout', { user: 'reader', reason: 'lost' });
  // An invocation is recorded when it ends, which is after the notice.
  const sweeps = () => recording.invocations.filter(({ function: name }) => name.startsWith('Sweeper'));
  await expect.poll(() => sweeps().map(({ trigger }) => trigger.source)).toContain('invoke');
  recording.stop();
  await sender.get('logout', {});
});
