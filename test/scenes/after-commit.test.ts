import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
  await room.register('sender', 'reader');
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

/** Makes every call of one kind fail at all attempts, after a call of another kind. */
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

describe('a failure after the commit is not reported to the client:', () => {
  test('a message whose recipient cannot be read again', async () => {
    const sender = await room.enter('sender');
    const { failed } = failAfter('PutItem', 'GetItem', 'Presence');
    expect(await sender.get('message', { to: 'reader', text: 'once' })).toMatchObject({ delivery: 'stored' });
    expect(failed()).toBeGreaterThan(0);
    room.local.faults.reset();
    const reader = await room.enter('reader');
    expect(await reader.get('sync', {})).toMatchObject({ messages: [{ text: 'once' }] });
    await Promise.all([sender, reader].map((client) => client.get('logout', { inbox: 1 })));
  });

  test('a broadcast when the sessions cannot be read', async () => {
    const sender = await room.enter('sender');
    const { failed } = failAfter('PutItem', 'Query', 'Presence');
    expect(await sender.get('broadcast', { text: 'once' })).toMatchObject({ online: 0 });
    expect(failed()).toBeGreaterThan(0);
    room.local.faults.reset();
    expect(await sender.get('sync', {})).toMatchObject({ messages: [{ text: 'once' }] });
    await sender.get('logout', {});
  });

  test('a login whose unread messages cannot be counted', async () => {
    const client = await room.connect();
    const { failed } = failAfter('TransactWriteItems', 'GetItem', 'Messages');
    expect(await client.get('login', { user: 'sender', password })).toMatchObject({ user: 'sender' });
    expect(failed()).toBeGreaterThan(0);
    room.local.faults.reset();
    await client.get('logout', {});
  });

  test('a command whose activity cannot be recorded', async () => {
    const sender = await room.enter('sender');
    room.local.clock.forward(10_000);
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

test('a cursor never goes beyond the end of its stream', async () => {
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
  const messages = [{ text: 'first' }, { text: 'second' }, { text: 'to everyone', seq }];
  expect(await again.get('sync', {})).toMatchObject({ messages });
  await Promise.all([again, sender].map((client) => client.get('logout', {})));
});

test('an inbox whose end is not known does not keep the other cursor back', async () => {
  const [sender, reader] = [await room.enter('sender'), await room.enter('patient')];
  await sender.get('message', { to: 'patient', text: 'soon expired' });
  await reader.event('message', { text: 'soon expired' });
  await reader.get('logout', { inbox: 1 });
  // A restore leaves this of an inbox whose messages have expired.
  const { accountId } = (await room.database.user('patient')) ?? {};
  const [expired] = await room.database.stream('inbox/patient');
  await room.database.remove('Messages', { stream: expired?.['stream'], position: expired?.['position'] });
  await room.database.remove('Messages', { stream: 'counter/inbox/patient', position: accountId });

  const restored = await room.enter('patient');
  const { seq } = await sender.get('broadcast', { text: 'once' });
  await restored.event('broadcast', { text: 'once' });
  await restored.get('logout', { inbox: 1, room: seq });
  const again = await room.enter('patient');
  expect(await again.get('sync', {})).toMatchObject({ messages: [] });
  expect(await sender.get('message', { to: 'patient', text: 'new' })).toMatchObject({ seq: 2 });
  await Promise.all([again, sender].map((client) => client.get('logout', {})));
});

test('the end of the grace period is awaited, no matter which function noticed the loss', async () => {
  const [sender, lost] = [await room.enter('sender'), await room.enter('reader')];
  await sender.event('login', { user: 'reader' });
  room.local.faults.disconnect = { drop: 0, late: 1, delayMs: 500, double: 0 };
  // Before the loss: a run that has begun is not recorded.
  const recording = room.local.calls.record();
  await lost.kill();
  // A post finds the loss before $disconnect does: this post, or an earlier notice.
  await sender.get('broadcast', { text: 'all here?' });
  expect(await sender.get('broadcast', { text: 'and now?' })).toMatchObject({ online: 1 });
  await expect
    .poll(() => recording.invocations.filter(({ function: name }) => name.startsWith('Connection')).length)
    .toBeGreaterThan(0);
  room.local.clock.forward(30_000);
  await sender.event('logout', { user: 'reader', reason: 'lost' });
  // An invocation is recorded when it ends, which is after the notice.
  const sweeps = () => recording.invocations.filter(({ function: name }) => name.startsWith('Sweeper'));
  await expect.poll(() => sweeps().map(({ trigger }) => trigger.source)).toContain('invoke');
  recording.stop();
  await sender.get('logout', {});
});
