import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { enterCrowd } from '../harness/crowd.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

test('a connection that is gone neither delays nor fails the posts to others', async () => {
  const speaker = await room.enter('speaker');
  const gone = await room.enter('gone');
  const listener = await room.enter('listener');
  // Otherwise the notice of the login could find the lost connection.
  await Promise.all([speaker, gone].map((client) => client.event('login', { user: 'listener' })));
  room.local.faults.disconnect.drop = 1;
  await gone.kill();
  expect(await speaker.get('broadcast', { text: 'all here?' })).toMatchObject({ online: 3 });
  await listener.event('broadcast', { text: 'all here?' });
  await speaker.event('broadcast', { text: 'all here?' });
  // The post detected the loss, because $disconnect was lost.
  expect(await speaker.get('broadcast', { text: 'and now?' })).toMatchObject({ online: 2 });
  room.local.faults.reset();
  await Promise.all([speaker, listener].map((client) => client.close()));
});

test('another function retries a post that keeps failing, and the sender does not wait for it', async () => {
  const sender = await room.enter('sender');
  const reader = await room.enter('reader');
  // The gateway client of one function gives up after four attempts.
  let failures = 4;
  const by = new Set<string>();
  room.local.faults.beforePost = (call) => {
    if (!call.data.includes('stubborn')) return undefined;
    by.add(call.trigger?.source ?? '');
    failures -= 1;
    return failures >= 0 ? 500 : undefined;
  };
  expect(await sender.get('message', { to: 'reader', text: 'stubborn' })).toMatchObject({ delivery: 'stored' });
  await reader.event('message', { text: 'stubborn' });
  expect([...by]).toEqual(['gateway', 'invoke']);
  await sender.close();
  await reader.close();
});

test('a broadcast that keeps failing for one user is retried for that user at every attempt', async () => {
  const sender = await room.enter('sender');
  const reader = await room.enter('reader');
  const target = room.local.connections.at(-1)?.connectionId;
  let failures = 8;
  room.local.faults.beforePost = (call) => {
    if (call.connectionId !== target || !call.data.includes('thrice')) return undefined;
    failures -= 1;
    return failures >= 0 ? 500 : undefined;
  };
  await sender.get('broadcast', { text: 'thrice' });
  await reader.event('broadcast', { text: 'thrice' });
  expect(sender.events('broadcast').filter((one) => one['text'] === 'thrice')).toHaveLength(1);
  await sender.close();
  await reader.close();
});

test('an announcement that keeps failing is posted again, and the next run may find the client gone', async () => {
  const reader = await room.enter('reader');
  const other = await room.enter('other');
  const target = room.local.connections.at(-2)?.connectionId;
  let failures = 4;
  room.local.faults.disconnect.drop = 1;
  room.local.faults.beforePost = async (call) => {
    if (call.connectionId !== target || !call.data.includes('closing soon')) return undefined;
    failures -= 1;
    if (failures === 0) await reader.kill();
    return failures >= 0 ? 500 : undefined;
  };
  await room.admin({ command: 'announce', text: 'closing soon' });
  await other.event('broadcast', { text: 'closing soon' });
  await expect.poll(async () => (await room.database.presence()).filter((one) => 'detachedAt' in one)).toHaveLength(1);
  await other.close();
});

test('a broadcast to many users is posted by several functions, a slice each', async () => {
  await room.change('maxCon', 1000);
  const crowd = await enterCrowd(room, 257);
  const speaker = await room.enter('orator');
  const late = await Promise.all([room.enter('late1'), room.enter('late2')]);
  // In so large a room, one event counts the logins that follow another.
  await crowd[0]?.next(({ event }) => event === 'presence', 'the count of logins');
  const recording = room.local.calls.record();
  const reply = await speaker.get('broadcast', { text: 'hello, everybody' });
  expect(reply).toMatchObject({ online: 260 });
  await Promise.all(crowd.map((client) => client.event('broadcast', { text: 'hello, everybody' })));
  // An invocation is recorded when it ends, which is after its posts.
  const slices = () => recording.invocations.filter((one) => one.trigger.source === 'invoke');
  await expect.poll(() => slices().length).toBeGreaterThanOrEqual(2);
  recording.stop();
  for (const client of [speaker, ...late, ...crowd]) client.socket.terminate();
});
