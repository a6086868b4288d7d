import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../client/room/index.ts';
import { newFile, send } from '../harness/files.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
let speaker: RawClient;
beforeAll(async () => {
  room = await openRoom();
  await room.register('target', 'passer-by');
  speaker = await room.enter('speaker');
});
afterEach(() => room.local.faults.reset());
afterAll(() => room.close());

const newest = () => room.local.connections.at(-1)?.connectionId ?? '';

const presence = () => room.database.get('Presence', { shard: 0, name: 'target' });

const isDetached = async () => (await presence())?.['detachedAt'] !== undefined;

const detached = () => expect.poll(isDetached).toBe(true);

/** The ways in which the room posts to the target: one for each function that posts. */
const ways: readonly [string, { data: string; how(): Promise<unknown> }][] = [
  ['message', { data: 'hello', how: () => speaker.get('message', { to: 'target', text: 'hello' }) }],
  ['broadcast', { data: 'good day', how: () => speaker.get('broadcast', { text: 'good day' }) }],
  ['file', { data: 'sha256', how: () => send(speaker, 'target', newFile()) }],
  ['notice', { data: '"login"', how: async () => (await room.enter('passer-by')).close() }],
  ['announcement', { data: 'closing', how: () => room.admin({ command: 'announce', text: 'closing' }) }],
];

describe('API Gateway answers one post with 410, about a connection that is alive', () => {
  let target: RawClient;
  let connectionId: string;
  beforeEach(async () => {
    target = await room.connect();
    connectionId = newest();
    await target.get('login', { user: 'target', password });
    return async () => void (await target.close());
  });

  test.each(ways)('the %s arrives, and the session goes on', async (_, { data, how }) => {
    let failures = 1;
    room.local.faults.beforePost = (call) => {
      if (call.connectionId !== connectionId || !call.data.includes(data)) return undefined;
      failures -= 1;
      return failures === 0 ? 410 : undefined;
    };
    await how();
    await target.next((frame) => JSON.stringify(frame).includes(data), `the ${data}`);
    expect(failures).toBeLessThan(0);
    expect(await isDetached()).toBe(false);
  });

  test('a login asks again, and does not take over a client that answers', async () => {
    let failures = 1;
    room.local.faults.beforePost = ({ data }) => {
      failures -= data.includes('are-you-there') ? 1 : 0;
      return failures === 0 ? 410 : undefined;
    };
    const second = await room.connect();
    expect(await second.refused('login', { user: 'target', password })).toMatchObject({ code: 'already-online' });
    await second.close();
  });

  test.each(ways)('and every other call, too, for a %s: a command undoes the detachment', async (_, { how }) => {
    room.local.faults.unknown.add(connectionId);
    await how();
    await detached();
    room.local.faults.reset();
    expect(await target.get('whoelse', {})).toMatchObject({ users: expect.arrayContaining(['speaker']) });
    expect(await isDetached()).toBe(false);
    await target.event('are-you-there');
    expect(await speaker.get('message', { to: 'target', text: 'still there?' })).toMatchObject({
      delivery: 'delivered',
    });
  });

  test('so it does when a run of the fan-out function met the 410', async () => {
    let failures = 4;
    room.local.faults.beforePost = (call) => {
      if (call.connectionId !== connectionId) return undefined;
      failures -= 1;
      if (failures === 0) room.local.faults.unknown.add(connectionId);
      return 500;
    };
    await speaker.get('broadcast', { text: 'once more' });
    await detached();
    room.local.faults.reset();
    await target.get('whoelse', {});
    expect(await isDetached()).toBe(false);
  });

  test('an acknowledgement undoes it as well', async () => {
    room.local.faults.unknown.add(connectionId);
    await speaker.get('message', { to: 'target', text: 'hello' });
    await detached();
    target.say('ack', {});
    await expect.poll(isDetached).toBe(false);
  });

  test('without a command, the sweeper finds at the end of the grace that the connection is alive', async () => {
    await room.change('grace', 1);
    onTestFinished(() => room.change('grace', 30));
    room.local.faults.unknown.add(connectionId);
    await speaker.get('message', { to: 'target', text: 'hello' });
    await detached();
    room.local.faults.reset();
    await room.local.runSchedule();
    await expect.poll(isDetached).toBe(false);
    expect(await target.get('whoelse', {})).toMatchObject({ total: 1 });
  });

  test('a command that comes after the session was resumed elsewhere changes nothing', async () => {
    await target.close();
    const first = await room.connect();
    const [before] = [newest()];
    const { token } = await first.get('login', { user: 'target', password });
    room.local.faults.unknown.add(before);
    await speaker.get('message', { to: 'target', text: 'hello' });
    await detached();
    const second = await room.connect();
    await second.get('resume', { user: 'target', token });
    expect(await isDetached()).toBe(false);
    room.local.faults.reset();
    expect(await first.refused('whoelse', {})).toMatchObject({ code: 'not-logged-in' });
    expect(await second.get('whoelse', {})).toMatchObject({ total: 1 });
    await first.close();
    await second.close();
  });
});

test('a client that was detached by mistake reads what was not posted to it, as soon as it sends something', async () => {
  const shown: string[] = [];
  const states: string[] = [];
  const target = await connect({
    url: room.url,
    message: (message) => void ('text' in message && shown.push(message.text)),
    connection: (state) => states.push(state),
  });
  const connectionId = newest();
  await target.login('target', password);
  await target.caughtUp();
  shown.length = 0;
  room.local.faults.unknown.add(connectionId);
  for (const text of ['one', 'two']) await speaker.get('message', { to: 'target', text });
  await detached();
  room.local.faults.reset();
  await target.request('whoelse', {});
  await expect.poll(() => shown).toEqual(['one', 'two']);
  expect(states).toEqual([]);
  await target.leave();
});
