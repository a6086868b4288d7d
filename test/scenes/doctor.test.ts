import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { admin, administer } from '../harness/console.ts';
import { expectRepairs, holdSchedules } from '../harness/doctor.ts';
import type { RawClient } from '../harness/raw-client.ts';
import { openRoom, type SceneRoom } from '../harness/room.ts';

let room: SceneRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const presenceKey = (name: string) => ({ shard: 0, name });
const userKey = (name: string) => ({ name });
const connectionOf = async (name: string) =>
  String((await room.database.get('Presence', presenceKey(name)))?.['connectionId']);

test('in a new room nothing is wrong', async () => {
  const { code, lines } = await admin(room.url, ['doctor']);
  expect(code).toBe(0);
  expect(lines).toEqual([
    '[doctor] Compared: count 1, sessions 0, connections 0, accounts 0, blocks 0, files 0, objects 0.',
    '[doctor] Nothing is wrong.',
  ]);
});

test('a wrong count is found and repaired', async () => {
  const client = await room.enter('counted');
  // The login started a sweeper. Once this run has ended, that one has compared the count, too.
  await room.local.runSchedule();
  onTestFinished(holdSchedules(room.local));
  await room.database.falsifyCount(7);
  const wrong = '[doctor] The count of users online is 7, but there are 1 sessions.';
  const run = (...options: string[]) => administer(room, 'doctor', ...options);
  expect(await run()).toMatchObject({
    code: 1,
    lines: [wrong, expect.anything(), '[doctor] 1 problem found, 0 repaired.'],
  });
  expect(await run('--repair')).toMatchObject({
    code: 0,
    lines: [`${wrong} Repaired.`, expect.anything(), '[doctor] 1 problem found, 1 repaired.'],
  });
  expect(await run('--json')).toEqual({ code: 0, lines: [], complaints: [] });
  expect(await room.database.counts()).toEqual({ counted: 1, present: 1 });
  await client.get('logout', {});
});

describe('every inconsistency is found and repaired:', () => {
  const visitors = new Map<string, RawClient>();
  const visit = async (user: string) => {
    const client = visitors.get(user) ?? (await room.enter(user));
    visitors.set(user, client);
    return client;
  };

  expectRepairs(
    () => room,
    [
      {
        title: 'a session without an account',
        async cause() {
          await visit('homeless');
          await room.database.remove('Users', userKey('homeless'));
          return {
            finding: { kind: 'session-without-account', about: 'homeless' },
            async repaired() {
              expect(await room.database.get('Presence', presenceKey('homeless'))).toBeUndefined();
              const { counted, present } = await room.database.counts();
              expect(counted).toBe(present);
            },
          };
        },
      },
      {
        title: 'a session whose connection is not on record',
        async cause() {
          const client = await visit('mute');
          await room.database.remove('Connections', { connectionId: await connectionOf('mute') });
          expect(await client.refused('whoelse', {})).toMatchObject({ code: 'not-logged-in' });
          return {
            finding: { kind: 'session-without-connection', about: 'mute' },
            async repaired() {
              await client.event('kicked');
              await client.closed;
            },
          };
        },
      },
      {
        title: 'a connection bound to a user whose session does not use it',
        async cause() {
          const [speaker, other] = [await visit('twofold'), await room.connect()];
          const [connectionId = ''] = room.local.connections.map((one) => one.connectionId).slice(-1);
          const { name, displayName, accountId } = (await room.database.user('twofold')) as Record<string, unknown>;
          await room.database.set('Connections', { connectionId }, { name, displayName, accountId });
          await other.get('whoelse', {});
          return {
            finding: { kind: 'connection-without-session', about: 'twofold' },
            async repaired() {
              await other.closed;
              await speaker.get('whoelse', {});
            },
          };
        },
      },
      {
        title: 'a connection on record that API Gateway does not know',
        async cause() {
          const connectionId = 'ABCDEFGHIJKLMNO=';
          const longAgo = Date.now() - 3_600_000;
          const times = { connectedAt: longAgo, lastActiveAt: longAgo };
          await room.database.set('Connections', { connectionId }, { address: '127.0.0.1', ...times });
          return {
            finding: { kind: 'connection-forgotten', about: connectionId },
            async repaired() {
              expect(await room.database.get('Connections', { connectionId })).toBeUndefined();
            },
          };
        },
      },
      ...(['inbox', 'room'] as const).map((stream) => ({
        title: `a cursor beyond the end of the ${stream}`,
        async cause() {
          const user = `reader-${stream}`;
          const [client, sender] = [await visit(user), await visit('sender')];
          await sender.get('message', { to: user, text: 'hello' });
          await sender.get('broadcast', { text: 'hello' });
          await room.database.set('Users', userKey(user), { [`${stream}Acked`]: 99 });
          return {
            finding: { kind: 'cursor', about: user },
            async repaired() {
              // The next sync returns the following messages again.
              await sender.get('message', { to: user, text: 'next' });
              await sender.get('broadcast', { text: 'next' });
              const { messages } = await client.get('sync', {});
              expect(messages.filter((one) => one.stream === stream)).toContainEqual(
                expect.objectContaining({ text: 'next' }),
              );
            },
          };
        },
      })),
      {
        title: "a block that is missing on the blocked user's side",
        async cause() {
          const [blocker, blocked] = [await visit('blocker'), await visit('blocked')];
          await blocker.get('block', { user: 'blocked' });
          await room.database.set('Users', userKey('blocked'), { blockedBy: new Set(['somebody-who-is-gone']) });
          return {
            finding: { kind: 'block', about: 'blocker' },
            async repaired() {
              const { seq } = await blocked.get('broadcast', { text: 'to everybody but one' });
              expect(await blocker.event('hidden')).toMatchObject({ seq });
            },
          };
        },
      },
      {
        title: "a block that exists only on the blocked user's side",
        async cause() {
          const [listener, speaker] = [await visit('listener'), await visit('speaker')];
          const { accountId } = (await room.database.user('listener')) ?? {};
          await room.database.set('Users', userKey('speaker'), { blockedBy: new Set([accountId]) });
          return {
            finding: { kind: 'block', about: 'listener' },
            async repaired() {
              await speaker.get('broadcast', { text: 'to everybody' });
              expect(await listener.event('broadcast', { text: 'to everybody' })).toMatchObject({ from: 'speaker' });
            },
          };
        },
      },
      // The last broadcasts: one more would take the next number.
      ...(['inbox', 'room'] as const).map((stream) => ({
        title: `a counter behind the messages of the ${stream}`,
        async cause() {
          const user = `counted-${stream}`;
          const [, sender] = [await visit(user), await visit('sender')];
          const say = () =>
            stream === 'room' ? sender.get('broadcast', { text: 'x' }) : sender.get('message', { to: user, text: 'x' });
          await say();
          const { seq } = await say();
          const { accountId } = (await room.database.user(user)) ?? {};
          const key =
            stream === 'room'
              ? { stream: 'counter/room', position: 'room' }
              : { stream: `counter/inbox/${user}`, position: accountId };
          await room.database.set('Messages', key, { seq: seq - 1 });
          return {
            finding: { kind: 'counter', about: stream === 'room' ? 'everybody' : user },
            async repaired() {
              const given = Number((await room.database.get('Messages', key))?.['seq']);
              expect(given).toBeGreaterThanOrEqual(seq);
              expect(await say()).toMatchObject({ seq: given + 1 });
            },
          };
        },
      })),
      {
        title: 'but not a cursor beyond a message that expires later than the messages after it',
        async cause() {
          await visit('patient');
          const writer = await visit('writer');
          for (const text of ['one', 'two', 'three']) await writer.get('message', { to: 'patient', text });
          const [first, ...later] = await room.database.stream('inbox/patient');
          const { stream, position } = first ?? {};
          await room.database.set('Messages', { stream, position }, { sentAt: new Date(0).toISOString() });
          for (const one of later) {
            await room.database.remove('Messages', { stream: one['stream'], position: one['position'] });
          }
          await room.database.set('Users', userKey('patient'), { inboxAcked: 3 });
          return {
            async repaired() {
              expect(await room.database.user('patient')).toMatchObject({ inboxAcked: 3 });
            },
          };
        },
      },
      {
        title: 'a session over a connection that API Gateway does not know',
        async cause() {
          const client = await visit('ghost');
          const connectionId = await connectionOf('ghost');
          room.local.faults.disconnect.drop = 1;
          await client.kill();
          const open = () => room.local.connections.map((one) => one.connectionId);
          await vi.waitFor(() => expect(open()).not.toContain(connectionId), { timeout: 40_000 });
          room.local.faults.disconnect.drop = 0;
          // A notice of a login that is still on its way would find it, too.
          room.local.faults.beforePost = (call) => (call.connectionId === connectionId ? 500 : undefined);
          return {
            finding: { kind: 'ghost', about: 'ghost' },
            async repaired() {
              room.local.faults.beforePost = undefined;
              // The session is detached, and ends after the grace period.
              expect(await room.database.get('Presence', presenceKey('ghost'))).toMatchObject({
                detachedAt: expect.any(Number),
              });
            },
          };
        },
      },
    ],
  );
});
